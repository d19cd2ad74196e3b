"""Fits scikit-learn's IsolationForest and scores with it.

Input file: one JSON line {"train": rows, "test": rows, "columns": columns, "seed": seed}, then the values of both as
little-endian float32, row by row. Output file: one JSON line {"bytes": size, "fitMs": ms, "scoreMs": ms}, then a float64
for each test row, higher is stranger.
"""

import json
import pickle
import sys
import time

import numpy
from sklearn.ensemble import IsolationForest

with open(sys.argv[1], "rb") as file:
    head = json.loads(file.readline())
    values = numpy.frombuffer(file.read(), dtype="<f4").reshape(-1, head["columns"])
train, test = values[: head["train"]], values[head["train"] :]

start = time.perf_counter()
forest = IsolationForest(n_estimators=100, max_samples=min(256, len(train)), random_state=head["seed"], n_jobs=1)
forest.fit(train)
fitted = time.perf_counter()
scores = -forest.score_samples(test)
done = time.perf_counter()

with open(sys.argv[2], "wb") as file:
    told = {"bytes": len(pickle.dumps(forest)), "fitMs": (fitted - start) * 1e3, "scoreMs": (done - fitted) * 1e3}
    file.write(json.dumps(told).encode() + b"\n")
    file.write(scores.astype("<f8").tobytes())
