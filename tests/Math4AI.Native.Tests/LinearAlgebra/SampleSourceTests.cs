using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

public class SampleSourceTests
{
    [Fact]
    public void A_dense_and_a_sparse_matrix_give_the_same_blocks()
    {
        Matrix<double> dense = Matrix<double>.Build.Dense(50, 3, (i, j) => i % 7 == j ? i + 1 : 0);
        double[] fromDense = new double[30], fromSparse = new double[30];
        new MatrixSampleSource(dense).Read(5, 10, fromDense);
        new MatrixSampleSource(Matrix<double>.Build.SparseOfMatrix(dense)).Read(5, 10, fromSparse);
        Assert.Equal(fromDense, fromSparse);
        Assert.Equal(dense[7, 1], fromDense[12]);
    }

    [Fact]
    public void A_subsample_holds_whole_blocks_from_all_over()
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(64 * 1024, 2, (i, j) => 2 * i + j);
        var part = new SubsampledSource(new MatrixSampleSource(samples), 4);
        Assert.Equal(16 * 1024, part.Length);
        double[] block = new double[2 * 1500];
        part.Read(700, 1500, block);
        for (int i = 0; i < 1500; i++)
        {
            int original = (700 + i) / 1024 * 4096 + (700 + i) % 1024;
            Assert.Equal(2 * original, block[i]);
            Assert.Equal(2 * original + 1, block[1500 + i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(17)]
    public void Projections_and_outer_products_agree_with_matrices_at_every_width(int channels)
    {
        foreach (int count in new[] { 1, 7, 8, 16, 37, 256 })
        {
            Matrix<double> y = Matrix<double>.Build.Random(count, channels, count);
            Matrix<double> m = Matrix<double>.Build.Random(2, channels, 2);
            double[] block = y.ToColumnMajorArray(), projected = new double[2 * count], sum = new double[2 * channels];
            BlockKernels.Project(m.ToRowMajorArray(), 2, block, channels, count, projected);
            Matrix<double> expected = y * m.Transpose();
            Assert.Equal(0.0, (Matrix<double>.Build.DenseOfColumnMajor(count, 2, projected) - expected).FrobeniusNorm(), 1e-12);

            BlockKernels.AddOuterProduct(projected, 2, block, channels, count, sum);
            Matrix<double> product = expected.Transpose() * y;
            Assert.Equal(0.0, (Matrix<double>.Build.DenseOfRowMajor(2, channels, sum) - product).FrobeniusNorm(), 1e-11);

            (double cubes, double peak) = BlockKernels.CubesAndPeak(block);
            Assert.Equal(block.Sum(x => x * x * x), cubes, 1e-9);
            Assert.Equal(block.Max(Math.Abs), peak);
            Assert.Equal(block.Sum(), BlockKernels.Sum(block), 1e-10);
        }
    }
}
