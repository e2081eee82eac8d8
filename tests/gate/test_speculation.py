"""Speculation rules stay where all pages that they are for may be asked for."""

from __future__ import annotations

import pytest

from .site import REFUSED, REPORTING, allow, rewrite

WORDPRESS = (
    r'{"prefetch":[{"source":"document","where":{"and":[{"href_matches":"\/*"},{"not":{"href_matches":["\/wp-*.php",'
    r'"\/*\\?(.+)"]}},{"not":{"selector_matches":"a[rel~=\"nofollow\"]"}}]},"eagerness":"conservative"}]}'
)


@pytest.mark.parametrize(
    "rules",
    [
        WORDPRESS,
        '{"prefetch":[{"urls":["/next","next","?p=2","https://site.example/","https://cdn.example/x"]}],"tag":"a"}',
        '{"prerender":[{"source":"list","urls":[" /next"],"eagerness":"moderate"}]}',
        '{"prefetch":[{"where":{"href_matches":["/a/*","/b?x=1"],"relative_to":"document"}}]}',
        '{"prefetch":[{"where":{"or":[{"href_matches":"/a"},{"href_matches":{"pathname":"/b/*"}}]}}]}',
        '{"prefetch":[]}',
        "{}",
    ],
)
def test_rules_for_the_sites_own_pages_stay(rules: str) -> None:
    page = f'<script type="speculationrules">{rules}</script>'.encode()
    assert rewrite(page) == page


@pytest.mark.parametrize(
    "rules",
    [
        '{"prefetch":[{"urls":["https://t.example/x"]}]}',
        '{"prefetch":[{"urls":["/own"," https://t.example/x"]}]}',
        '{"prefetch":[{"urls":["\\u0001https://t.example/x"]}]}',
        r'{"prefetch":[{"urls":["https:\u002f\u002ft.example/x"]}]}',
        r'{"prefetch":[{"urls":["ht\ttps:\/\/t.example/x"]}]}',
        r'{"prefetch":[{"urls":["\\\\t.example/x"]}]}',
        r'{"pre\u0066etch":[{"urls":["//t.example"]}]}',
        '{"prerender_until_script":[{"urls":["//t.example"]}]}',
        '{"prefetch":[{"source":"document"}]}',
        '{"prefetch":[{"source":"document","where":{}}]}',
        '{"prefetch":[{"source":"document","where":{"selector_matches":"a"}}]}',
        '{"prefetch":[{"where":{"href_matches":"https://*/*"}}]}',
        '{"prefetch":[{"where":{"href_matches":"//t.example/*"}}]}',
        '{"prefetch":[{"where":{"href_matches":"*"}}]}',
        '{"prefetch":[{"where":{"href_matches":{"hostname":"*","pathname":"/"}}}]}',
        '{"prefetch":[{"where":{"not":{"href_matches":"/x"}}}]}',
        '{"prefetch":[{"where":{"or":[{"href_matches":"/x"},{"selector_matches":"a"}]}}]}',
        '{"prefetch":[{"where":{"and":[]}}]}',
        '{"prefetch":[{"source":"list","urls":["//t.example"],"where":{"href_matches":"/x"}}]}',
        '{"prefetch":[{"urls":["//t.example"]}],"prefetch":[]}',
        '{"prefetch":[{"urls":["//t.example"]}],}',
        '{"prefetch":[1]}',
        "[]",
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_rules_that_lead_elsewhere_or_cannot_be_told_do_not_run(rules: str) -> None:
    page = f'<script type="speculationrules">{rules}</script>'
    out = f'data-cookiegate-purpose="" data-cookiegate-type="speculationrules">{rules}</script>'
    assert rewrite(page.encode(), REFUSED).endswith(out.encode())
    assert rewrite(page.encode(), allow(policy=REPORTING)) == page.encode()
