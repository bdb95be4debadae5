"""Files to and from the chat."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from pathlib import Path
from typing import Any

import pytest
import webchat
from conftest import Calls, Face
from webchat.testing import Simulator

TEXT = b"Invoice 1001\n" * 1000


async def test_a_file_is_sent_from_a_path(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "invoice.txt"
    path.write_bytes(TEXT)
    async with face.started(simulator) as chat:
        for source, name in ((path, "invoice.txt"), (str(path), "other.txt")):
            answer = await face(chat.send_file(source, name=None if source is path else name, description="yours"))
            assert answer["userData"]["file-id"]
            (file,) = (await simulator.aio.wait_for_requests("fileUpload"))[-1].raw["files"]
            assert (file["fileName"], file["size"]) == (name, len(TEXT))
            details = (await face.until_file(chat)).file
            assert (details.name, details.description) == (name, "yours")


async def test_a_name_that_is_not_utf_8_is_made_readable(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    plain = os.fsencode(tmp_path) + b"/Rechnung-\xfc.txt"
    Path(os.fsdecode(plain)).write_bytes(TEXT)

    class Entry:
        def __fspath__(self) -> bytes:
            return plain

    async with face.started(simulator) as chat:
        await face(chat.send_file(Entry()))
        await face(chat.command("sendFile", {"files": os.fsdecode(plain)}))
        await face(chat.command("sendFile", {"files": {"path": Path(os.fsdecode(plain))}}))
        files = [file for request in await simulator.aio.wait_for_requests("fileUpload") for file in request.raw["files"]]
        assert [(file["fileName"], file["size"]) for file in files] == [("Rechnung-\ufffd.txt", len(TEXT))] * 3
        file_id = (await face.until_file(chat)).file.id
        got = await face(chat.download_file(file_id, path=plain + b"2"))
        assert got.path == os.fsdecode(plain + b"2") and Path(got.path).read_bytes() == TEXT
        with pytest.raises(webchat.InvalidArgumentError, match="surrogate"):
            await face(chat.send_file("\ud800.txt"))


async def test_what_is_no_file_is_refused_by_name(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    async with face.started(simulator) as chat:
        for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
            with pytest.raises(webchat.IoError, match="not a regular file") as caught:
                await face(chat.send_file(path))
            assert caught.value.filename == str(path)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_a_file_is_sent_from_memory(face: Face, simulator: Simulator, kind: type) -> None:
    calls = Calls()
    async with face.started(simulator) as chat:
        await face(chat.send_file(kind(TEXT), name="a.txt", user_data={"k": "v"}, progress=calls))
        (file,) = (await simulator.aio.wait_for_requests("fileUpload"))[0].raw["files"]
        assert (file["fileName"], file["size"]) == ("a.txt", len(TEXT))
        sent, total = await calls.next()
        while sent < len(TEXT):
            sent, total = await calls.next()
        assert total in (None, len(TEXT)) or total >= len(TEXT)


async def test_files_that_cannot_be_sent(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    async with face.started(simulator) as chat:
        with pytest.raises(webchat.InvalidArgumentError, match="name"):
            await face(chat.send_file(TEXT))
        with pytest.raises(webchat.IoError):
            await face(chat.send_file(tmp_path / "nothing.txt"))
        with pytest.raises(webchat.RejectedError) as caught:
            await face(chat.send_file(TEXT, name="a.exe"))
        assert caught.value.response["responseJSON"]["errors"][0]["code"] == 203
        with pytest.raises(TypeError):
            await face(chat.send_file(3))


async def test_a_file_is_fetched(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    async with face.started(simulator) as chat:
        file_id = simulator.chat().agent("Sam").send_file("../../invoice.txt", TEXT)
        got = await face(chat.download_file(file_id))
        assert got.data == TEXT and got.size == len(TEXT)
        assert got.file_name == "invoice.txt"

        exact = tmp_path / "exact.bin"
        calls = Calls()
        got = await face(chat.download_file(file_id, path=exact, progress=calls))
        assert got.path == str(exact) and got.data is None
        assert exact.read_bytes() == TEXT
        assert (await calls.next())[0] > 0

        directory = tmp_path / "files"
        directory.mkdir()
        got = await face(chat.download_file(file_id, directory=directory))
        assert Path(got.path).parent == directory
        assert Path(got.path).read_bytes() == TEXT

        with pytest.raises(webchat.InvalidArgumentError, match="not both"):
            await face(chat.download_file(file_id, directory=directory, path=exact))


async def test_a_file_object_is_sent_from_where_it_stands(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "invoice.txt"
    path.write_bytes(b"skipped" + TEXT)
    async with face.started(simulator) as chat:
        with path.open("rb") as opened:
            opened.seek(len(b"skipped"))
            await face(chat.send_file(opened))
            assert not opened.closed and opened.read() == b""
        await face(chat.send_file(io.BytesIO(TEXT), name="other.txt"))
        files = [file for request in await simulator.aio.wait_for_requests("fileUpload", 2) for file in request.raw["files"]]
        assert [(file["fileName"], file["size"]) for file in files] == [("invoice.txt", len(TEXT)), ("other.txt", len(TEXT))]
        with pytest.raises(webchat.InvalidArgumentError, match="name"):
            await face(chat.send_file(io.BytesIO(TEXT)))
        with path.open() as text, pytest.raises(webchat.InvalidArgumentError, match="binary mode"):
            await face(chat.send_file(text))


async def test_a_file_is_fetched_to_where_it_is_wanted(face: Face, simulator: Simulator, tmp_path: Path) -> None:
    async with face.started(simulator) as chat:
        file_id = simulator.chat().agent("Sam").send_file("invoice.txt", TEXT)
        target = io.BytesIO()
        got = await face(chat.download_file(file_id, to=target))
        assert target.getvalue() == TEXT and got.size == len(TEXT) and got.path is None and got.data is None
        got = await face(chat.download_file(file_id, to=tmp_path))
        assert got.path == str(tmp_path / "invoice.txt")
        got = await face(chat.download_file(file_id, to=tmp_path / "exact.bin"))
        assert (tmp_path / "exact.bin").read_bytes() == TEXT
        with pytest.raises(webchat.InvalidArgumentError, match="either"):
            await face(chat.download_file(file_id, to=tmp_path, directory=tmp_path))

        class Full(io.BytesIO):
            def write(self, _: Any) -> int:
                raise OSError(28, "No space left on device")

        with pytest.raises(OSError, match="No space"):
            await face(chat.download_file(file_id, to=Full()))


async def test_a_bar_of_tqdm_s_is_taken_as_it_is(face: Face, simulator: Simulator) -> None:
    bar = pytest.importorskip("tqdm").tqdm(file=io.StringIO())
    async with face.started(simulator) as chat:
        await face(chat.send_file(TEXT, name="a.txt", progress=bar))
        while bar.n < len(TEXT):
            await asyncio.sleep(0)
    assert bar.total >= bar.n
    bar.close()


async def test_a_bar_of_rich_shows_how_far_a_file_is(face: Face, simulator: Simulator) -> None:
    progress = pytest.importorskip("rich.progress").Progress(disable=True)
    task = progress.add_task("a.txt", total=None)
    async with face.started(simulator) as chat:
        await face(
            chat.send_file(TEXT, name="a.txt", progress=lambda sent, total: progress.update(task, completed=sent, total=total))
        )
        while progress.tasks[0].completed < len(TEXT):
            await asyncio.sleep(0)


async def test_limits_and_deletion(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        limits = await face(chat.get_file_limits())
        assert limits.max_files == 3 and "txt" in limits.file_types
        answer = await face(chat.send_file(b"x", name="a.txt"))
        await face(chat.delete_file(answer["userData"]["file-id"]))
        assert (await simulator.aio.wait_for_requests("fileDelete"))[0].status == 200


async def test_base64_by_name(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        encoded = base64.b64encode(b"abc").decode()
        await face(chat.command("sendFile", {"files": {"name": "a.txt", "bytes": encoded}}))
        await face(chat.command("sendFile", {"files": [{"name": "b.txt", "bytes": b"abcd"}]}))
        sizes = [request.raw["files"][0]["size"] for request in await simulator.aio.wait_for_requests("fileUpload", 2)]
        assert sizes == [3, 4]
