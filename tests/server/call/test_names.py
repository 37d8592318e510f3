"""The names of a call: from its people, their companies and the playbook."""

from __future__ import annotations

from server.call.names import names_of
from server.call.playbook import Playbook
from server.events import CallStarted

PLAYBOOK = Playbook(name="p", title="P", vocabulary=("HubSpot", "northwind"))


def call(**known: str) -> CallStarted:
    return CallStarted(at=0.0, playbook="p", **known)  # type: ignore[arg-type]


def test_each_name_comes_once_as_it_was_first_written() -> None:
    given = call(
        rep="Alex Kim", company="Northwind", contact="Oksana Lindqvist", contact_company="McKay & Sons Ltd."
    )
    assert names_of(given, PLAYBOOK) == (
        "Oksana",
        "Lindqvist",
        "Oksana Lindqvist",
        "McKay & Sons",
        "McKay",
        "Alex",
        "Kim",
        "Alex Kim",
        "Northwind",
        "HubSpot",
    )


def test_a_sign_in_address_is_a_name_too() -> None:
    assert names_of(call(rep="bjorn.o.novak@northwind.example"), PLAYBOOK)[:3] == (
        "Bjorn",
        "Novak",
        "Bjorn Novak",
    )


def test_legal_forms_and_empty_fields_are_no_names() -> None:
    assert names_of(call(contact_company="The Hexagon Group GmbH"), PLAYBOOK)[0] == "Hexagon"
    assert names_of(call(), PLAYBOOK) == ("HubSpot", "northwind")
