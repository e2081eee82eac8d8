<?php
/**
 * Routes for `php -S`: files are served as they are, every other address goes to WordPress (pretty permalinks).
 */

$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');
$file = $_SERVER['DOCUMENT_ROOT'] . $path;

if ($path !== '/' && (is_file($file) || is_file(rtrim($file, '/') . '/index.php'))) {
    if (is_dir($file) && !str_ends_with($path, '/')) {
        header("Location: $path/", true, 301);  // /wp-admin: its relative links need the slash
        return true;
    }
    return false;
}

// The server names this script after the address; WordPress derives its routes from these two.
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['PHP_SELF'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
