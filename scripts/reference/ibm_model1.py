"""Reference numbers of IBM model 1 by NLTK: words of questions for parts of statements, and log-likelihoods.

Run: python scripts/reference/ibm_model1.py > test/fixtures/reference/ibm-model1.json      (nltk 3.9.2)
"""
import json
import math

from nltk.translate import AlignedSent, IBMModel1

DOUBT, LEAST_KEPT, UNRELATED, ROUNDS = 0.2, 1e-3, 0.1, 8

# question, SQL, the stems of the question, the parts of the SQL beside the one that is in all
PAIRS = [
    ("open jobs", "SELECT name FROM job WHERE status = 1", ["open", "job"], ["name", "job", "status", "1", "status 1"]),
    ("closed jobs", "SELECT name FROM job WHERE status = 2", ["closed", "job"], ["name", "job", "status", "2", "status 2"]),
    ("hours by trade", "SELECT trade, SUM(hours) FROM timecard GROUP BY trade", ["hour", "by", "trade"],
     ["trade", "sum", "hours", "sum hours", "timecard", "group", "group trade"]),
    ("hours of open jobs", "SELECT SUM(hours) FROM timecard WHERE status = 1", ["hour", "of", "open", "job"],
     ["sum", "hours", "sum hours", "timecard", "status", "1", "status 1"]),
    ("trades", "SELECT trade FROM timecard", ["trade"], ["trade", "timecard"]),
]
ASKED = [(0, 0), (0, 1), (1, 0), (3, 2), (3, 3), (4, 2)]


class Doubting(IBMModel1):
    """A little is added to how often each part was seen."""

    def maximize_lexical_translation_probabilities(self, counts):
        for part in list(counts.any_t_given_s):
            counts.any_t_given_s[part] += DOUBT
        super().maximize_lexical_translation_probabilities(counts)


model = Doubting([AlignedSent(words, parts) for _, _, words, parts in PAIRS], ROUNDS)
shares_of = {}
for word, of_part in model.translation_table.items():
    for part, share in of_part.items():
        if share >= LEAST_KEPT:
            shares_of.setdefault(part or "", {})[word] = share
seen = [word for _, _, words, _ in PAIRS for word in words]


def log_likelihood(words, parts):
    parts = ["", *parts]
    told = [sum(shares_of[part].get(word, 0) for part in parts) / len(parts) for word in words]
    anywhere = [seen.count(word) / len(seen) for word in words]
    return sum(math.log((1 - UNRELATED) * t + UNRELATED * a) for t, a in zip(told, anywhere))


print(json.dumps({
    "pairs": [{"question": question, "sql": sql} for question, sql, _, _ in PAIRS],
    "wordsOf": shares_of,
    "logLikelihoods": [
        {"question": PAIRS[q][0], "sql": PAIRS[s][1], "value": log_likelihood(PAIRS[q][2], PAIRS[s][3])} for q, s in ASKED
    ],
}))
