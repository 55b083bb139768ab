"""Keras 2's padding, windows, tokenizer and `imdb.load_data`, recomputed. With --record it first makes the cases of the tables below that
have no file yet."""

import os
import pathlib
import sys
import tempfile
from unittest import mock

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}

import keras
import numpy as np
from keras.preprocessing.sequence import TimeseriesGenerator
from keras.preprocessing.text import Tokenizer
from keras.src.datasets import imdb

import caseio

SOURCE = f"keras {keras.__version__}"
LICENCE = "recorded by running Apache-2.0 software; data are our own, or CC BY 4.0 (docs/data.md)"
ROOT = pathlib.Path(__file__).resolve().parents[3]


def flat(lists, dtype=np.int32):
    """Lists as all their elements, and where each begins and the last ends."""
    offsets = np.cumsum([0] + [len(x) for x in lists])
    return np.array([x for xs in lists for x in xs], dtype), offsets.astype(np.int64)


def lists(arrays, name):
    values, offsets = arrays[f"{name}values"], arrays[f"{name}offsets"]
    return [values[a:b].tolist() for a, b in zip(offsets, offsets[1:])]


def joined(texts):
    return np.frombuffer("\0".join(texts).encode(), np.uint8)


def parts(array):
    return array.tobytes().decode().split("\0")


# Padding

PADDING = {f"{padding}_{truncating}_{maxlen}": {"padding": padding, "truncating": truncating, "maxlen": maxlen}
           for padding in ("pre", "post") for truncating in ("pre", "post") for maxlen in (None, 2, 7)}


def padded(case):
    sequences = lists(case.group("input."), "")
    args = case.meta["args"]
    return {"expected.padded": keras.utils.pad_sequences(sequences, **args)}


def padding_inputs(_):
    values, offsets = flat([[1, 2, 3], [], [4, 5, 6, 7, 8], [9], [10, 11]])
    return {"input.values": values, "input.offsets": offsets}


# Windows

def windowed(case):
    series, args = case.arrays["input.series"], case.meta["args"]
    if "TimeseriesGenerator" in case.meta["fn"]:
        x, y = TimeseriesGenerator(series, series, **args)[0]
        return {"expected.x": x, "expected.y": y}
    dataset = keras.utils.timeseries_dataset_from_array
    x = np.concatenate([np.array(x) for x in dataset(series, None, **args)])
    pairs = dataset(case.arrays["input.data2"], case.arrays["input.targets2"], **case.meta["args2"])
    x2, y2 = zip(*((np.array(x), np.array(y)) for x, y in pairs))
    return {"expected.x": x, "expected.x2": np.concatenate(x2), "expected.y2": np.concatenate(y2)}


# Tokenizer

TEXTS = [
    "The cat sat on the mat. The dog didn't!",
    "A dog -- a cat; a mat (or: the mat)?",
    "tab\tand\nnewline, but\r\nnot carriage_return",
    "",
    "  spaces   everywhere  ",
    "<br /><br />It's <i>HTML</i>, isn't it?",
    "ΟΔΥΣΣΕΥΣ straße ÉCOLE İstanbul naïve\u00a0space\u0085next “quotes” – dash…",
    "unk the unk | a|b, c, d",
]
MORE = ["the cat and an unknown dog", "İstanbul école", "unk unk the", "", "...", "a|b, c"]
TOKENIZER = {
    "default": {},
    "num_words": {"num_words": 5},
    "num_words_0": {"num_words": 0},
    "oov": {"oov_token": "<OOV>"},
    "oov_num_words": {"oov_token": "<OOV>", "num_words": 4},
    "oov_num_words_1": {"oov_token": "<OOV>", "num_words": 1},
    "oov_is_a_word": {"oov_token": "unk", "num_words": 6},
    "case_and_no_filters": {"lower": False, "filters": ""},
    "split": {"split": "|"},
    "split_of_two": {"split": ", "},
    "characters": {"char_level": True, "num_words": 12},
    "characters_oov": {"char_level": True, "lower": False, "oov_token": "?"},
    "twice": {"oov_token": "<OOV>"},
    "sentences": {"num_words": 1000, "oov_token": "<OOV>"},
}


def sentences():
    lines = (ROOT / "src/data/embedded/sentences.tsv").read_text("utf-8").split("\n")
    return [line.split("\t")[2] for line in lines if line]


def tokenized(case):
    tokenizer = Tokenizer(**case.meta["args"])
    texts = sentences() if case.name == "sentences" else parts(case.arrays["input.texts"])
    if case.name == "twice":
        tokenizer.fit_on_texts(texts[:3])
        tokenizer.fit_on_texts(texts[3:])
    else:
        tokenizer.fit_on_texts(texts)
    more = texts if case.name == "sentences" else texts + parts(case.arrays["input.more"])
    values, offsets = flat(tokenizer.texts_to_sequences(more))
    indices = sorted(tokenizer.index_word)
    words = [tokenizer.index_word[i] for i in indices]
    return {"expected.words": joined(words), "expected.indices": np.array(indices, np.int32),
            "expected.values": values, "expected.offsets": offsets}


def tokenizer_inputs(name):
    return {} if name == "sentences" else {"input.texts": joined(TEXTS), "input.more": joined(MORE)}


# imdb.load_data

IMDB = {
    "default": {},
    "seed_0": {"seed": 0},
    "seed_largest": {"seed": 2**32 - 1},
    "num_words": {"num_words": 12},
    "num_words_0": {"num_words": 0, "maxlen": 0},
    "skip_top": {"skip_top": 6},
    "skip_top_1": {"skip_top": 1, "num_words": 20},
    "skip_without_oov": {"skip_top": 6, "num_words": 20, "oov_char": None},
    "no_oov": {"num_words": 9, "oov_char": None},
    "oov_7": {"num_words": 9, "oov_char": 7},
    "start_5": {"start_char": 5, "num_words": 30},
    "no_start": {"start_char": None, "num_words": 15},
    "no_start_index_from_10": {"start_char": None, "index_from": 10, "num_words": 30},
    "index_from_0": {"index_from": 0},
    "maxlen": {"maxlen": 8},
    "everything": {"num_words": 25, "skip_top": 5, "maxlen": 15, "seed": 7, "start_char": 2, "oov_char": 3,
                   "index_from": 4},
}


def loaded(case):
    arrays = case.group("input.")
    if not arrays:
        raw = case.path.parent.parent / "imdb_raw/raw.safetensors"
        arrays = caseio.Case.read(raw).group("input.")

    def objects(part):
        array = np.empty(len(arrays[f"{part}_y"]), object)
        array[:] = lists(arrays, f"{part}_")
        return array

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "imdb.npz"
        np.savez(path, x_train=objects("train"), y_train=arrays["train_y"], x_test=objects("test"),
                 y_test=arrays["test_y"])
        with mock.patch.object(imdb, "get_file", lambda *_, **__: path):
            sets = imdb.load_data(**case.meta["args"])
    expected = {}
    for part, (x, y) in zip(("train", "test"), sets):
        values, offsets = flat(x)
        expected |= {f"expected.{part}_values": values, f"expected.{part}_offsets": offsets, f"expected.{part}_y": y}
    return expected


def imdb_inputs(_):
    rng = np.random.default_rng(22)
    arrays = {}
    for part, count in (("train", 33), ("test", 18)):  # on both sides of a power of two
        sequences = [np.minimum(rng.geometric(0.08, rng.integers(0, 20)), 60).tolist() for _ in range(count)]
        values, offsets = flat(sequences)
        arrays |= {f"input.{part}_values": values, f"input.{part}_offsets": offsets,
                   f"input.{part}_y": rng.integers(0, 2, count)}
    return arrays


FOLDERS = {
    "pipeline/pad_sequences": (padded, PADDING, padding_inputs),
    "pipeline/windows": (windowed, {}, None),
    "pipeline/tokenizer": (tokenized, TOKENIZER, tokenizer_inputs),
    "pipeline/imdb_load_data": (loaded, IMDB, imdb_inputs),
}


def record(cases):
    for folder, (recompute, table, inputs) in FOLDERS.items():
        for name, args in table.items():
            path = cases / folder / f"{name}.safetensors"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                case = caseio.Case(path, {"case": name, "args": args, "licence": LICENCE}, inputs(name))
                case.write(recompute(case), SOURCE)
                print(f"{folder}/{name}: recorded")


if __name__ == "__main__":
    if "--record" in sys.argv:
        sys.argv.remove("--record")
        record(caseio.arguments(__doc__).parse_args().cases)
    caseio.main(__doc__, {folder: (SOURCE, recompute) for folder, (recompute, *_) in FOLDERS.items()})
