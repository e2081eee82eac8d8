<?php
/**
 * Configuration of the bed's WordPress. All that differs between two runs comes from the environment.
 */

// Mail, updates and calls to other machines have no place in a test; see also mu-plugins/quiet.php.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('DISALLOW_FILE_MODS', true);
define('AUTOMATIC_UPDATER_DISABLED', true);

define('DB_HOST', getenv('BED_DB_HOST'));
define('DB_NAME', getenv('BED_DB_NAME'));
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

define('WP_HOME', getenv('BED_PUBLIC_URL'));
define('WP_SITEURL', getenv('BED_PUBLIC_URL'));
define('WP_DEFAULT_THEME', getenv('BED_THEME'));

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $purpose) {
    define("{$purpose}_KEY", hash_hmac('sha256', "{$purpose}_KEY", getenv('BED_SECRET')));
    define("{$purpose}_SALT", hash_hmac('sha256', "{$purpose}_SALT", getenv('BED_SECRET')));
}

// TLS ends at whatever stands in front; WordPress must know, or it redirects to https without end.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}

define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
