"""四位一体: what counts as an answer."""

from __future__ import annotations

from geodata.domain.governance import Contact, ContactSlot, told_slots


def test_not_established_is_an_answer_and_silence_is_none():
    told = Contact(ContactSlot.OWNERS_COMMITTEE, is_not_established=True)
    silent = Contact(ContactSlot.PARTY_ORGANISATION, phone="13800000000")
    named = Contact(ContactSlot.SERVICE_COMPANY, organisation="某物业")
    assert [one.is_told for one in (told, silent, named)] == [True, False, True]
    assert told_slots([told, silent, named, named]) == 2
