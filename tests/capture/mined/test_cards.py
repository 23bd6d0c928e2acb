import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.mined.cards import add_cards, is_card, read_card
from whence.model.node import NodeKind
from whence.recording.observation import Claim, FileSeen, Member

SHA = "ab" * 32


def card(text: str, path: str = "/p/README.md") -> Claim | None:
    return read_card(path, text.encode())


def test_front_matter() -> None:
    text = "---\nversion: 1.10\nbase_model: org/gpt2\nmodel_name: delay\n---\n# Delay\n"
    assert card(text) == Claim("", "delay", "1.10", "", "org/gpt2")


def test_the_form_of_the_hub() -> None:
    text = "---\nbase_model:\n- gpt2\nmodel-index:\n- name: my-model\n---\n"
    assert card(text) == Claim("", "my-model", "", "", "gpt2")


@pytest.mark.parametrize(
    "text",
    [
        f"---\nsha256: {SHA}\n---\n",
        f"---\ndigest: sha256:{SHA.upper()}\n---\n",
        f"# Model\n\nsha256: `{SHA}`\n",
        f"# Model\n\nSHA-256 | {SHA} |\n",
    ],
)
def test_a_digest_wherever_it_stands(text: str) -> None:
    found = card(text)
    assert found is not None
    assert found.sha256 == SHA


def test_several_digests_are_none() -> None:
    assert card(f"sha256: {SHA}\nsha256: {'cd' * 32}\n") is None


def test_an_adapter_names_its_base() -> None:
    text = json.dumps({"base_model_name_or_path": "models/base", "r": 8})
    assert card(text, "/p/adapter_config.json") == Claim("", base="models/base")


@pytest.mark.parametrize(
    "text", ["", "# A project\n", "---\ntitle: x\n---\n", "---\n: [\n---\n", "---\n- a\n---\n"]
)
def test_a_text_that_claims_nothing(text: str) -> None:
    assert card(text) is None


def test_names_of_cards() -> None:
    assert is_card("/p/README.md")
    assert is_card("MODEL_CARD.md")
    assert not is_card("/p/notes.md")


def model(name: str, *members: Member) -> FileSeen:
    return FileSeen(
        name, f"file:///p/{name}", NodeKind.MODEL, "output", "cd" * 32, 9, members=members
    )


def test_a_card_speaks_of_the_models_beside_it() -> None:
    cards = {"file:///p/out": ("out/README.md", Claim("", version="3", sha256=SHA))}
    alone = add_cards((model("out/m.bin"), model("other/m.bin")), cards)
    assert [each.claims for each in alone] == [
        (Claim("out/README.md", version="3", sha256=SHA),),
        (),
    ]
    several = add_cards((model("out/a.bin"), model("out/b.bin")), cards)
    assert {claim.sha256 for each in several for claim in each.claims} == {""}
    folder = add_cards((model("out", Member("m.bin", 9, SHA)),), cards)
    assert folder[0].claims == (Claim("out/README.md", version="3"),)


@given(st.text(max_size=200))
def test_cards_of_any_text_do_no_harm(text: str) -> None:
    read_card("/p/README.md", text.encode("utf-8", "surrogatepass"))
    read_card("/p/README.md", f"---\n{text}\n---\n".encode("utf-8", "surrogatepass"))
    read_card("/p/adapter_config.json", text.encode("utf-8", "surrogatepass"))
