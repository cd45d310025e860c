"""Word vectors by gensim: what `math4ai words --method skip-gram` and `cbow` are measured against.

Usage: gensim_words.py CORPUS.gz skip-gram|cbow VECTORS.bin [WORKERS]. Window 5, 5 words drawn at random, 100
dimensions, 5 epochs. Prints the processor seconds of learning alone, without those of counting words.
"""

import sys
import time

from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence

lines = LineSentence(sys.argv[1])
workers = int(sys.argv[4]) if len(sys.argv) > 4 else 1
model = Word2Vec(vector_size=100, window=5, min_count=5, max_final_vocab=10_000, sg=int(sys.argv[2] == "skip-gram"),
                 negative=5, epochs=5, seed=1, workers=workers)
model.build_vocab(lines)
start, clock = time.process_time(), time.perf_counter()
_, raw = model.train(lines, total_examples=model.corpus_count, epochs=model.epochs)
seconds = time.process_time() - start
print(f"{seconds:.1f} processor seconds, {time.perf_counter() - clock:.1f} s, {raw / seconds:.0f} words a second")
model.wv.save_word2vec_format(sys.argv[3], binary=True)
