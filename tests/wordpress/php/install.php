<?php
/**
 * Installs WordPress in the folder named by the first argument and fills it with the company's content.
 */

$_SERVER['HTTP_HOST'] = parse_url(getenv('BED_PUBLIC_URL'), PHP_URL_HOST);
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';

define('WP_INSTALLING', true);
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install(
    'Kivijoen Ikkuna Oy',
    getenv('BED_ADMIN_USER'),
    'toimisto@kivijoki.example',
    true,
    '',
    getenv('BED_ADMIN_PASSWORD'),
    'fi'
);
update_option('blogdescription', 'Ikkunat ja ovet Kivijoelta vuodesta 1987');
update_option('timezone_string', 'Europe/Helsinki');
$wp_rewrite->set_permalink_structure('/%postname%/');
$wp_rewrite->flush_rules(false);

// The samples that every new WordPress brings: "Hello world!" and "Sample Page".
wp_delete_post(1, true);
wp_delete_post(2, true);

// An administrator may publish scripts and frames; nobody is logged in here, so WordPress would strip them.
kses_remove_filters();

publish('page', 'yhteys', 'Yhteys');
$post = publish('post', 'ikkunoiden-syyshuolto', 'Ikkunoiden syyshuolto');
wp_insert_comment([
    'comment_post_ID' => $post,
    'comment_author' => 'Aino Koskela',
    'comment_author_email' => 'aino.koskela@lukija.example',
    'comment_content' => 'Kiitos ohjeista, tiivisteet on nyt vaihdettu.',
    'comment_approved' => 1,
]);

function publish(string $type, string $slug, string $title): int
{
    $id = wp_insert_post([
        'post_type' => $type,
        'post_name' => $slug,
        'post_title' => $title,
        'post_content' => wp_slash(file_get_contents(__DIR__ . "/../pages/$slug.html")),
        'post_status' => 'publish',
        'post_author' => 1,
        'comment_status' => 'open',
    ], true);
    if (is_wp_error($id)) {
        fwrite(STDERR, $id->get_error_message());
        exit(1);
    }
    return $id;
}
