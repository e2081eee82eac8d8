<?php
/**
 * Cookies that no script sets: server-side tagging sends `_ga` with every page, an old campaign plants two more
 * with ?plant=1. They are HttpOnly or on the parent domain, so that only the server can take them away again.
 */

add_action('send_headers', function (): void {
    $year = time() + YEAR_IN_SECONDS;
    setcookie('_ga', $_COOKIE['_ga'] ?? 'GA1.1.1122334455.1700000000', [
        'expires' => $year, 'path' => '/', 'httponly' => true,
    ]);
    if (($_GET['plant'] ?? '') !== '1') {
        return;
    }
    $host = parse_url(home_url(), PHP_URL_HOST);
    setcookie('_fbp', 'fb.1.1700000000000.5566778899', [
        'expires' => $year, 'path' => '/', 'domain' => substr($host, strpos($host, '.') + 1), 'httponly' => true,
    ]);
    setcookie('kivi_campaign', 'syysale', ['expires' => $year, 'path' => '/']);
});
