"""Everything that can be typed can be filled in: the same fields, the same outcome."""

from __future__ import annotations

import pytest

from bot.services.roster import import_roster
from commands import COMMANDS
from commands.catalogue import Command
from commands.forms import PICKED
from tests.journeys.bridge import Bridge, code_in, number_in


@pytest.mark.parametrize("command", COMMANDS, ids=[one.name for one in COMMANDS])
async def test_every_verb_typed_alone_opens_a_form_with_its_fields(
    strict: Bridge, command: Command
) -> None:
    menu = await strict.walsh.opens(command.name)
    offered = [one["value"] for one in menu["blocks"][0]["element"]["options"]]
    assert offered == [verb.name for verb in command.verbs]
    for verb in command.verbs:
        if verb.opens_form:
            form = await strict.walsh.opens(f"{command.name} {verb.name}")
            inputs = [one["block_id"] for one in form["blocks"] if one["type"] == "input"]
            typed = [one for one in inputs if not one.endswith(PICKED)]
            assert typed == [field.name for field in verb.fields]
    refusal = await strict.contractor.types(command.name)
    assert "You are not enrolled" in refusal


async def test_the_menu_leads_to_the_form_and_the_form_to_the_same_link(strict: Bridge) -> None:
    await strict.enrol_everybody()
    tanaka = strict.tanaka
    menu = await tanaka.opens("/link")
    assert menu["title"]["text"] == "/link"
    assert await tanaka.sends(verb="propose") is None
    assert "相手側の機関" in await tanaka.reads_the_form()
    # What is wrong stands beside its field, in the reader's language; the form stays open.
    faults = await tanaka.sends(to="ASD", tags="!!!")
    assert faults is not None
    assert list(faults) == ["tags"]
    assert "タグとして使えるものがありません" in faults["tags"]
    terms = {"ceiling": "TLP:AMBER", "direction": "out", "mode": "manual"}
    assert await tanaka.sends(to="ASD", tags="advisory、ransomware", **terms) is None
    code = code_in(await tanaka.reads_the_form())
    typed = code_in(
        await tanaka.types(
            "/link propose to:ASD tags:advisory,ransomware ceiling:AMBER direction:out mode:manual"
        )
    )
    by_form = await strict.nguyen.types(f"/link show {code}")
    by_hand = await strict.nguyen.types(f"/link show {typed}")
    assert by_form.replace(code, "LNK") == by_hand.replace(typed, "LNK")
    await strict.nguyen.opens("/link accept")
    assert await strict.nguyen.sends(code=code) is None
    assert f"Link *{code}* is now active" in await strict.nguyen.reads_the_form()
    await strict.baker.opens("/kakehashi")
    assert await strict.baker.sends(verb="whoami") is None
    assert "You are Tom Baker (AFP)" in await strict.baker.reads_the_form()
    # A refusal that is no fault of a field takes the form's place.
    await strict.baker.opens("/link pause")
    assert await strict.baker.sends(code=code) is None
    assert "This needs the role liaison" in await strict.baker.reads_the_form()


async def test_an_advisory_written_in_a_form_is_the_one_that_is_typed(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    nguyen = strict.nguyen
    await nguyen.opens("/advisory new")
    words = {"label": "TLP:GREEN", "tags": "advisory", "text": "First line\n二行目"}
    faults = await nguyen.sends(title="x" * 201, **words)
    assert faults == {"title": "title is longer than 200 characters. Please shorten it."}
    faults = await nguyen.sends(title="Patch", **(words | {"tags": "##"}))
    assert faults is not None
    assert "holds no usable tags" in faults["tags"]
    faults = await nguyen.sends(title="Patch", **(words | {"text": "TLP:AMBER inside"}))
    assert faults is not None
    assert "name different labels" in next(iter(faults.values()))
    assert await nguyen.sends(title="Patch", **words) is None
    number = number_in(await nguyen.reads_the_form())
    copy = await strict.suzuki.sees(number, "*Patch*", "First line", "二行目")
    assert "Minh Nguyen" in copy["text"]
    source = await nguyen.sees(number, "Patch", "二行目")
    await nguyen.sees_on_card(source["ts"], "delivered", "NCO")


async def test_an_answer_longer_than_a_block_fits_into_the_window(strict: Bridge) -> None:
    rows = [
        f"tokyo,U7{number:03d},職員{number:03d} (国家サイバー統括室),NCO,member"
        for number in range(150)
    ]
    roster = "\n".join(["workspace,user_id,name,agency,roles", *rows])
    await strict.app.database.run(lambda uow: import_roster(uow, roster))
    await strict.sato.opens("/kakehashi")
    assert await strict.sato.sends(verb="roster") is None
    shown = await strict.sato.reads_the_form()
    assert "151名" in shown
    assert "職員000" in shown
    assert "職員149" in shown
    assert "職員149" in await strict.sato.types("/kakehashi roster")


async def test_an_official_is_enrolled_by_a_form(strict: Bridge) -> None:
    walsh = strict.walsh
    await walsh.opens("/kakehashi enrol")
    faults = await walsh.sends(user="U12NGUYEN", agency="NPA", roles="liaison member")
    assert faults is not None
    assert "an agency of the other side" in faults["agency"]
    assert await walsh.sends(user="U12NGUYEN", agency="ASD", roles="liaison member") is None
    assert "Enrolled: Minh Nguyen" in await walsh.reads_the_form()
    answer = await strict.nguyen.types("/kakehashi whoami")
    assert "Roles: liaison, member" in answer
    await strict.sato.opens("/kakehashi enrol")
    assert await strict.sato.sends(user="U03SUZUKI", agency="NPA") is None
    assert "一般担当者" in await strict.suzuki.types("/kakehashi whoami")
