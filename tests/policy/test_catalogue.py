"""The catalogue as the program reads it; its rows are looked at in test_catalogue_data."""

from __future__ import annotations

import pytest

from cookiegate.policy import Service, load_catalogue


def test_it_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_nobody_can_change_it() -> None:
    with pytest.raises(TypeError):
        load_catalogue()["x"] = None  # type: ignore[index]


def test_every_service_is_known_by_its_own_id_and_has_a_name_and_a_purpose() -> None:
    for id, service in load_catalogue().items():
        assert isinstance(service, Service)
        assert service.id == id
        assert service.name
        assert service.purpose in ("necessary", "functional", "statistics", "marketing")
