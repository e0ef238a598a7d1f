"""The scripted upstream itself, without a gateway: what the tests through one stand on."""

import json

import pytest

from support import raw_http
from support.recordings import OPENAI, recordings
from support.scripted_upstream import Play, ScriptedUpstream, pieces


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [0, 1, 2, 300, 9000])
def test_any_split_adds_up_to_the_same_bytes(size, seed):
    body = bytes(index % 251 for index in range(size))
    cut = pieces(body, seed)
    assert b"".join(cut) == body
    assert b"" not in cut


def test_sends_the_bytes_of_a_play_and_keeps_the_bytes_of_a_request():
    upstream = ScriptedUpstream({"one": Play(b"data: {}\n\n", True), "two": Play(b'{"a":1}', False, 400)})
    body = json.dumps({"model": "one"}).encode()
    for _ in range(4):
        answer = raw_http.exchange(upstream.port, raw_http.post("/x", {"X-A": "b"}, body))
        assert (answer.status, answer.body) == (200, b"data: {}\n\n")
    answer = raw_http.exchange(upstream.port, raw_http.post("/x", {}, b'{"model": "two"}'))
    assert (answer.status, answer.body) == (400, b'{"a":1}')
    assert upstream.requests()[0].headers["x-a"] == "b"
    assert upstream.requests()[0].body == body
    upstream.close()


def test_knows_the_recordings_of_both_dialects():
    if not recordings():
        pytest.skip("the shared recordings are absent; set PROVISO_SHARED_DATA to their folder")
    streams = [one for one in recordings() if one.streams]
    assert len(streams) > 30 and len(recordings()) - len(streams) > 30
    assert {one.status for one in recordings()} == {200, 400}
    assert all(one.body.endswith(b"data: [DONE]\n\n") for one in streams if one.dialect == OPENAI)
