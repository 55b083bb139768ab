# -*- coding: utf-8 -*-
"""Writes tests/cases/npz/lists_*.npz: arrays of lists as several versions of NumPy save them, the layout of Keras' imdb.npz.

    python npz_lists.py FILE.npz [PROTOCOL]

Runs under Python 2.7 and 3. The name of a file says which Python and NumPy wrote it; with a protocol, the arrays of lists
are pickled by that one, not by the one that NumPy chooses.
"""
import io
import pickle
import sys
import zipfile

import numpy as np


def lists(rows):
    array = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        array[i] = row
    return array


# Around the limits of one, two and four bytes, and of the 1,000 items that pickle appends at once.
big = [2**31 - 1] if sys.version_info[0] == 2 else [2**31 - 1, 2**31, 2**40 + 5]
train = [[], [7], [0, 255, 256, 65535, 65536] + big, list(range(1001)), list(range(60000, 62500)), []]
train += [[i] * (i % 4) for i in range(994)]  # 1,000 in all
train += [[3, 4]]
test = [[1]]
arrays = {
    "x_train": lists(train),
    "y_train": np.array([i % 3 for i in range(len(train))], dtype=np.int64),
    "x_test": lists(test),
    "y_test": np.array([1], dtype=np.int64),
}

if len(sys.argv) < 3:
    np.savez_compressed(sys.argv[1], **arrays)
else:
    with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as npz:
        for name in sorted(arrays):
            npy = io.BytesIO()
            if name[0] == "x":
                header = {"descr": "|O", "fortran_order": False, "shape": arrays[name].shape}
                np.lib.format.write_array_header_1_0(npy, header)
                pickle.dump(arrays[name], npy, protocol=int(sys.argv[2]))
            else:
                np.save(npy, arrays[name])
            npz.writestr(name + ".npy", npy.getvalue())
