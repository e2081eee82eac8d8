"""The WordPress bed by itself, with no gate in front: what it sends is what the gate's tests will have to stop."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from .bed import WordPress
from .database import create_database, start_mariadb

pytestmark = [pytest.mark.wordpress, pytest.mark.xdist_group("wordpress")]

EVERY_PAGE = {
    "GA4's loader": '<script async src="https://www.googletagmanager.com/gtag/js?id=G-KIVIJOKI01">',
    "GA4's configuration": "gtag('config', 'G-KIVIJOKI01');",
    "Tag Manager's loader": "'https://www.googletagmanager.com/gtm.js?id='+i+dl",
    "Tag Manager's id": "'dataLayer','GTM-KIVI001')",
    "Tag Manager's frame": '<noscript><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-KIVI001"',
    "the pixel's loader": "'https://connect.facebook.net/en_US/fbevents.js'",
    "the pixel's id": "fbq('init', '1234567890');",
    "the pixel's image": 'src="https://www.facebook.com/tr?id=1234567890&ev=PageView&noscript=1"',
    "the font's style": "href='https://fonts.googleapis.com/css2?family=Lora:wght@400;700&#038;family=Karla",
    "the font's preconnect": "<link href='https://fonts.gstatic.com' crossorigin rel='preconnect' />",
}
CONTACT_PAGE = {
    "the video": 'src="https://www.youtube.com/embed/kIvIjOkI001?rel=0&amp;start=5"',
    "the map": '<iframe src="https://www.google.com/maps/embed?pb=',
    "reCAPTCHA's script": '<script src="https://www.google.com/recaptcha/api.js" async defer></script>',
    "reCAPTCHA's place": '<div class="g-recaptcha" data-sitekey=',
    "the comment form": 'action="http://www.kivijoki.example/wp-comments-post.php"',
    "the cookies box": 'name="wp-comment-cookies-consent" type="checkbox"',
}


class Front(httpx.BaseTransport):
    """Sends a request for the public URL to the bed, as a gateway does: same Host, the outer scheme in a header."""

    def __init__(self, site: WordPress) -> None:
        self.site = httpx.URL(site.url)
        self.wire = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host=self.site.host, port=self.site.port)
        headers = [*request.headers.raw, (b"x-forwarded-proto", request.url.scheme.encode())]
        return self.wire.handle_request(
            httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)
        )

    def close(self) -> None:
        self.wire.close()


@pytest.fixture
def visitor(wordpress: WordPress) -> Iterator[httpx.Client]:
    with httpx.Client(transport=Front(wordpress), base_url=wordpress.public_url, timeout=30) as client:
        yield client


def log_in(client: httpx.Client, site: WordPress) -> httpx.Response:
    client.get("/wp-login.php")
    form = {"log": site.admin_user, "pwd": site.admin_password, "testcookie": "1", "redirect_to": "/wp-admin/"}
    return client.post("/wp-login.php", data=form)


@pytest.mark.parametrize("path", ["/", WordPress.page_path, WordPress.post_path])
def test_every_page_carries_the_tags(visitor: httpx.Client, path: str) -> None:
    page = visitor.get(path)
    assert page.status_code == 200
    assert [name for name, text in EVERY_PAGE.items() if text not in page.text] == []


def test_the_contact_page_carries_its_embeds_and_a_comment_form(visitor: httpx.Client) -> None:
    page = visitor.get(WordPress.page_path)
    assert [name for name, text in CONTACT_PAGE.items() if text not in page.text] == []


def test_the_tag_manager_frame_opens_the_body(visitor: httpx.Client) -> None:
    body = visitor.get(WordPress.page_path).text.split("<body", 1)[1]
    assert body.index("ns.html?id=GTM-KIVI001") < body.index("<header")


def test_a_comment_on_the_post_shows_its_gravatar(visitor: httpx.Client) -> None:
    assert "gravatar.com/avatar/" in visitor.get(WordPress.post_path).text


def test_the_site_speaks_finnish(visitor: httpx.Client) -> None:
    page = visitor.get(WordPress.page_path).text
    assert '<html lang="fi">' in page
    assert "Lähetä kommentti" in page


def test_an_address_without_its_slash_is_redirected_to_the_public_url(visitor: httpx.Client) -> None:
    answer = visitor.get("/yhteys")
    assert (answer.status_code, answer.headers["location"]) == (301, "http://www.kivijoki.example/yhteys/")


def test_an_unknown_address_is_wordpress_own_404(visitor: httpx.Client) -> None:
    answer = visitor.get("/ei-ole/")
    assert answer.status_code == 404
    assert "Kivijoen Ikkuna Oy" in answer.text


def test_files_are_served_as_they_are(visitor: httpx.Client) -> None:
    answer = visitor.get("/wp-includes/js/jquery/jquery.min.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]


def test_every_page_sets_an_analytics_cookie_that_scripts_cannot_see(visitor: httpx.Client) -> None:
    [cookie] = visitor.get("/").headers.get_list("set-cookie")
    assert cookie.startswith("_ga=GA1.1.")
    assert "HttpOnly" in cookie


def test_planting_adds_a_cookie_of_the_parent_domain_and_an_undeclared_one(visitor: httpx.Client) -> None:
    cookies = {line.split("=")[0]: line for line in visitor.get("/?plant=1").headers.get_list("set-cookie")}
    assert sorted(cookies) == ["_fbp", "_ga", "kivi_campaign"]
    assert "domain=kivijoki.example; HttpOnly" in cookies["_fbp"]
    assert "HttpOnly" not in cookies["kivi_campaign"]


@pytest.mark.parametrize("remembered", [True, False], ids=["opted in", "not opted in"])
def test_a_comment_posts_and_its_author_is_remembered_only_by_opting_in(
    visitor: httpx.Client, wordpress: WordPress, remembered: bool
) -> None:
    page = visitor.get(WordPress.page_path).text
    form = {
        "author": "Eero Salmi",
        "email": "eero.salmi@lukija.example",
        "comment": f"Milloin näyttely on auki? ({remembered})",
        "comment_post_ID": page.split("name='comment_post_ID' value='", 1)[1].split("'", 1)[0],
        "comment_parent": "0",
    }
    if remembered:
        form["wp-comment-cookies-consent"] = "yes"
    answer = visitor.post("/wp-comments-post.php", data=form)
    assert answer.status_code == 302
    target = urlsplit(answer.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == wordpress.public_url + WordPress.page_path
    assert any(name.startswith("comment_author_email_") for name in visitor.cookies) is remembered
    # A first comment waits for approval; its author sees it by the cookie or else by the link of the answer.
    assert ("unapproved" in parse_qs(target.query)) is not remembered
    assert form["comment"] in visitor.get(answer.headers["location"]).text


def test_the_administrator_can_log_in(visitor: httpx.Client, wordpress: WordPress) -> None:
    assert visitor.get("/wp-admin/").status_code == 302
    assert log_in(visitor, wordpress).headers["location"] == "/wp-admin/"
    dashboard = visitor.get("/wp-admin/")
    assert dashboard.status_code == 200
    assert 'id="wpadminbar"' in dashboard.text


def test_a_wrong_password_does_not_log_in(visitor: httpx.Client, wordpress: WordPress) -> None:
    answer = visitor.post("/wp-login.php", data={"log": wordpress.admin_user, "pwd": "väärä", "testcookie": "1"})
    assert answer.status_code == 200
    assert not any(name.startswith("wordpress_logged_in_") for name in visitor.cookies)


def test_behind_tls_the_session_is_secure_and_pages_name_only_https(wordpress_over_tls: WordPress) -> None:
    site = wordpress_over_tls
    with httpx.Client(transport=Front(site), base_url=site.public_url, timeout=30) as visitor:
        page = visitor.get(WordPress.page_path)
        assert page.status_code == 200
        assert "http://www.kivijoki.example" not in page.text
        session = [line for line in log_in(visitor, site).headers.get_list("set-cookie") if "wordpress_sec_" in line]
        assert session
        assert all("; secure" in line.lower() for line in session)
        assert visitor.get("/wp-admin/").status_code == 200


def test_where_no_mariadb_answers_one_of_our_own_does(wordpress_parts: None) -> None:
    with start_mariadb() as server:
        with create_database(server) as name:
            assert name in server.run("SHOW DATABASES").split()
        assert name not in server.run("SHOW DATABASES").split()
    assert not server.answers()


def test_nothing_is_left_when_the_site_is_closed(wordpress_parts: None) -> None:
    with WordPress() as site:
        assert (site.folder / "wp-config.php").is_file()
        assert httpx.get(site.url, headers={"Host": site.host}).status_code == 200
    assert not site.folder.parent.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(site.url, headers={"Host": site.host})
