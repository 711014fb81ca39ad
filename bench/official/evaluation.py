"""Runs evaluation.py of taoyds/test-suite-sql-eval, from the folder given first, with the options that follow.

The script asks NLTK for word_tokenize, which wants a download; the tokenizer of words behind it needs none.
"""

import os
import runpy
import sys

import nltk
from nltk.tokenize import NLTKWordTokenizer

nltk.word_tokenize = NLTKWordTokenizer().tokenize
folder = sys.argv[1]
sys.argv = sys.argv[1:]
sys.path.insert(0, folder)
runpy.run_path(os.path.join(folder, "evaluation.py"), run_name="__main__")
