"""torch's files since 1.6: a zip of a pickle and the raw storages that it refers to."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from whence.reproduction.comparers.blocks import Block, width_of
from whence.reproduction.comparers.loading import LARGEST, too_large
from whence.reproduction.comparers.pickle_reading import PickleFormatError, name_of, read_pickle
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.trees import Made, liken
from whence.reproduction.interface import Comparison, Pair

_STORAGES = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": "<bf2",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "|i1",
    "ByteStorage": "|u1", "BoolStorage": "|b1", "UntypedStorage": "|u1",
    "ComplexFloatStorage": "<c8", "ComplexDoubleStorage": "<c16",
}  # fmt: skip


class TorchComparer:
    """Storages by number, without torch; a whole module's predictions in the sandbox."""

    name = "torch"

    def takes(self, name: str, head: bytes) -> bool:
        """A zip with a member ``…/data.pkl`` early on, as torch writes it."""
        del name
        return head.startswith(b"PK\3\4") and b"/data.pkl" in head

    def compare(self, pair: Pair) -> Comparison:
        """By the tensors and what surrounds them."""
        found = liken(read_checkpoint(pair.recorded), read_checkpoint(pair.again))
        if found.exact and not found.harmless:
            found.harmless.add("archive-times")
        return judge(self.name, _kind_of(pair.recorded), pair, found)


def _kind_of(path: Path) -> str:
    """A module with its code, or a checkpoint."""
    with zipfile.ZipFile(path) as archive:
        scripted = any(name.endswith("/constants.pkl") for name in archive.namelist())
    return "scripted" if scripted else "torch"


def read_checkpoint(path: Path) -> Any:
    """What ``torch.load`` would make, its storages as arrays.

    Raises:
        ValueError: no such file.
    """
    with zipfile.ZipFile(path) as archive:
        members = {each.filename: each for each in archive.infolist()}
        if sum(each.file_size for each in members.values()) > LARGEST:
            raise too_large()
        main = next(name for name in members if name.endswith("/data.pkl"))
        folder = main.removesuffix("data.pkl")
        big = f"{folder}byteorder" in members and archive.read(f"{folder}byteorder") == b"big"
        storages: dict[str, Made] = {}

        def held(told: Any) -> Made:
            if not isinstance(told, tuple) or len(told) < 5 or told[0] != "storage":
                raise PickleFormatError("a torch file with something else than storages beside it")
            key = str(told[2])
            if key not in storages:
                kind = name_of(told[1]).rpartition(".")[2]
                dtype = _STORAGES.get(kind)
                if dtype is None:
                    raise PickleFormatError(f"a torch file with a {kind}")
                data = archive.read(f"{folder}data/{key}")
                spelled = dtype.replace("<", ">") if big else dtype
                storages[key] = Made("storage", (kind,), Block(spelled, (told[4],), data))
            return storages[key]

        found = read_pickle(BytesIO(archive.read(main)), held, _KNOWN)
        code = {name: archive.read(name) for name in members if name.startswith(f"{folder}code/")}
        return {"": found, **{name: text for name, text in code.items() if name.endswith(".py")}}


def _tensor(arguments: Any) -> Any:
    """A tensor, if its numbers lie in its storage one after the other."""
    storage, offset, shape, stride = arguments[:4]
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    usual = all(
        was == now or size == 1
        for was, now, size in zip(stride, reversed(strides), shape, strict=True)
    )
    if not usual or not isinstance(storage, Made) or not isinstance(storage.state, Block):
        return Made("torch.Tensor", arguments)
    dtype = storage.state.dtype
    wide = width_of(dtype)
    data = memoryview(storage.state.data)[offset * wide : (offset + step) * wide]
    return Block(dtype, tuple(shape), data)


_KNOWN = {
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": lambda arguments: arguments[0],
}
