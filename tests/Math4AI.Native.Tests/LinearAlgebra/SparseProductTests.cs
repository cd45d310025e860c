using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

public class SparseProductTests
{
    private static Matrix<double> Sparse(int rows, int columns, double share)
    {
        var random = new Random(rows + columns);
        return Matrix<double>.Build.SparseOfMatrix(Matrix<double>.Build.Dense(
            rows, columns, (_, _) => random.NextDouble() < share ? random.NextDouble() - 0.5 : 0.0));
    }

    [Theory]
    [InlineData(1, 1, 1.0)]
    [InlineData(50, 30, 0.1)]
    [InlineData(300, 400, 0.02)]
    [InlineData(20, 20, 0.0)]
    public void Products_with_vectors_and_matrices_agree_with_dense_ones(int rows, int columns, double share)
    {
        Matrix<double> sparse = Sparse(rows, columns, share);
        Matrix<double> dense = Matrix<double>.Build.DenseOfMatrix(sparse);
        Vector<double> x = Vector<double>.Build.Random(columns, 1);
        Matrix<double> b = Matrix<double>.Build.Random(columns, 7, 2);
        Assert.Equal(0.0, (sparse.MultiplySparse(x) - dense * x).L2Norm(), 1e-12);
        Assert.Equal(0.0, (sparse.MultiplySparse(b) - dense * b).FrobeniusNorm(), 1e-12);
        Assert.Equal(0.0, (Matrix<float>.Build.SparseOfMatrix(sparse.ToSingle()).MultiplySparse(b.ToSingle())
            - (dense * b).ToSingle()).FrobeniusNorm(), 1e-4);
    }

    [Fact]
    public void What_is_not_sparse_or_does_not_fit_is_refused()
    {
        Matrix<double> sparse = Sparse(5, 6, 0.5);
        Assert.Throws<ArgumentException>(() => sparse.MultiplySparse(Vector<double>.Build.Dense(5)));
        Assert.Throws<ArgumentException>(
            () => Matrix<double>.Build.Dense(5, 6).MultiplySparse(Vector<double>.Build.Dense(6)));
    }
}
