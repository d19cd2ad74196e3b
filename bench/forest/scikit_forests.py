"""Fits scikit-learn's IsolationForest to sets of rows and scores with it, all in one process: its start takes seconds.

Input file: one JSON line [{"train": rows, "test": rows, "columns": columns, "seed": seed}, ...], then the values of each set,
train before test, as little-endian float32, row by row. Output file: one JSON line [{"fitMs": ms, "scoreMs": ms}, ...],
then a float64 for each test row of each set, higher is stranger.
"""

import json
import sys
import time

import numpy
from sklearn.ensemble import IsolationForest

with open(sys.argv[1], "rb") as file:
    heads = json.loads(file.readline())
    values = numpy.frombuffer(file.read(), dtype="<f4")

told, scores, at = [], [], 0
for head in heads:
    size = (head["train"] + head["test"]) * head["columns"]
    rows = values[at : at + size].reshape(-1, head["columns"])
    at += size
    train, test = rows[: head["train"]], rows[head["train"] :]
    start = time.perf_counter()
    forest = IsolationForest(n_estimators=100, max_samples=min(256, len(train)), random_state=head["seed"], n_jobs=1)
    forest.fit(train)
    fitted = time.perf_counter()
    scores.append(-forest.score_samples(test))
    told.append({"fitMs": (fitted - start) * 1e3, "scoreMs": (time.perf_counter() - fitted) * 1e3})

with open(sys.argv[2], "wb") as file:
    file.write(json.dumps(told).encode() + b"\n")
    file.write(numpy.concatenate(scores).astype("<f8").tobytes())
