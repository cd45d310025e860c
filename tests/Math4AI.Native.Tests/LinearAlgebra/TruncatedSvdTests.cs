using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Tests.LinearAlgebra;

public class TruncatedSvdTests
{
    [Fact]
    public void A_sparse_matrix_has_the_singular_values_of_the_dense_one()
    {
        var random = new Random(4);
        const int Order = 150, Rank = 20;
        double[,] entries = new double[Order, Order];
        for (int k = 0; k < Rank; k++)
        {
            for (int i = 0; i < 12; i++)
            {
                for (int j = 0; j < 12; j++)
                {
                    entries[(k * 7 + i) % Order, (k * 11 + j) % Order] += random.NextDouble() * Math.Pow(0.8, k);
                }
            }
        }

        Matrix<double> dense = DenseMatrix.OfArray(entries);
        SparseRows sparse = Sparse(dense), transposed = sparse.Transposed();
        TruncatedSvd svd = TruncatedSvd.Of(sparse, transposed, 6, passes: 6, seed: 1, CancellationToken.None);
        Vector<double> expected = dense.Svd().S;
        for (int k = 0; k < 6; k++)
        {
            Assert.Equal(expected[k], svd.Values[k], 1e-5 * expected[0]);
        }

        Matrix<double> residual = dense * svd.Right.Transpose() - svd.Left.Transpose() * DiagonalMatrix.OfDiagonal(
            6, 6, svd.Values);
        Assert.True(residual.FrobeniusNorm() < 1e-4 * expected[0]);
        Assert.True((svd.Left * svd.Left.Transpose() - DenseMatrix.CreateIdentity(6)).FrobeniusNorm() < 1e-5);
    }

    [Fact]
    public void A_matrix_of_zeros_is_refused()
    {
        SparseRows zero = Sparse(new DenseMatrix(5));
        Assert.Throws<InvalidOperationException>(
            () => TruncatedSvd.Of(zero, zero, 2, passes: 1, seed: 1, CancellationToken.None));
    }

    private static SparseRows Sparse(Matrix<double> dense)
    {
        var places = (
            from i in Enumerable.Range(0, dense.RowCount)
            from j in Enumerable.Range(0, dense.ColumnCount)
            where dense[i, j] != 0.0
            select (i, j)).ToArray();
        long[] starts =
            [.. Enumerable.Range(0, dense.RowCount + 1).Select(row => (long)places.Count(at => at.i < row))];
        return new SparseRows(
            starts, [.. places.Select(at => at.j)], [.. places.Select(at => (float)dense[at.i, at.j])]);
    }
}
