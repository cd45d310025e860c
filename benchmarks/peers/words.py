"""Word vectors by NumPy, SciPy and scikit-learn: the matrix that `math4ai words` is measured against.

Usage: words.py CORPUS.gz. The 10,000 most frequent words, window 5 within a line with the weight 1/distance, context
counts to the power 0.75, positive mutual information, 100 dimensions, U sqrt(S). Prints the processor seconds.
"""

import collections
import gzip
import sys
import time

import numpy as np
import scipy.sparse as sparse
from sklearn.utils.extmath import randomized_svd

WORDS = 10_000

lines = [line.split() for line in gzip.open(sys.argv[1], "rt")]
counts = collections.Counter(word for line in lines for word in line)
numbers = {word: i for i, (word, _) in enumerate(counts.most_common(WORDS))}
known = [(numbers[word], i) for i, line in enumerate(lines) for word in line if word in numbers]
words, places = np.array(known).T
pairs = sparse.csr_matrix((WORDS, WORDS))
for distance in range(1, 6):
    same = places[distance:] == places[:-distance]
    near = (words[distance:][same], words[:-distance][same])
    pairs = pairs + sparse.coo_matrix((np.full(same.sum(), 1.0 / distance), near), shape=pairs.shape).tocsr()
pairs = (pairs + pairs.T).tocoo()
sums = np.asarray(pairs.sum(axis=1)).ravel()
smoothed = sums**0.75 / (sums**0.75).sum()
information = np.maximum(0.0, np.log(pairs.data / (sums[pairs.row] * smoothed[pairs.col])))
matrix = sparse.csr_matrix((information, (pairs.row, pairs.col)), shape=pairs.shape)
matrix.eliminate_zeros()
u, s, _ = randomized_svd(matrix, 100, random_state=1)
vectors = u * np.sqrt(s)
print(f"{time.process_time():.2f} processor seconds, {vectors.shape}")
