using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
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
            Assert.Equal(
                0.0, (Matrix<double>.Build.DenseOfColumnMajor(count, 2, projected) - expected).FrobeniusNorm(), 1e-12);

            BlockKernels.AddOuterProduct(projected, 2, block, channels, count, sum);
            Matrix<double> product = expected.Transpose() * y;
            Assert.Equal(
                0.0, (Matrix<double>.Build.DenseOfRowMajor(2, channels, sum) - product).FrobeniusNorm(), 1e-11);

            float[] narrow = new float[block.Length], narrowProjected = new float[2 * count],
                narrowSum = new float[2 * channels];
            SampleKernels.Narrow(block, 0.5, 2.0, narrow);
            Assert.Equal(block.Select(x => (float)((x - 0.5) * 2.0)), narrow);
            SampleKernels.Narrow(block, 0.0, 1.0, narrow);
            float[] narrowMatrix = [.. m.ToRowMajorArray().Select(x => (float)x)];
            BlockKernels.Project<float>(narrowMatrix, 2, narrow, channels, count, narrowProjected);
            BlockKernels.AddOuterProduct<float>(narrowProjected, 2, narrow, channels, count, narrowSum);
            Assert.All(narrowProjected.Zip(projected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
            Assert.All(narrowSum.Zip(sum), pair => Assert.Equal(pair.Second, pair.First, 2e-5 * count));

            (double cubes, double fourths, double peak) = BlockKernels.HigherMoments(block);
            Assert.Equal(block.Sum(x => x * x * x), cubes, 1e-9);
            Assert.Equal(block.Sum(x => x * x * x * x), fourths, 1e-9);
            Assert.Equal(block.Max(Math.Abs), peak);
            Assert.Equal(block.Sum(), BlockKernels.Sum(block), 1e-10);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Moments_of_few_channels_agree_with_matrices_lent_or_copied(int channels)
    {
        foreach (int count in new[] { 1, 8, 37, 256 })
        {
            Matrix<double> y = Matrix<double>.Build.Random(count + 5, channels, count);
            double[] shift = [.. Enumerable.Range(0, channels).Select(channel => 0.1 * channel)];
            Matrix<double> centred = y.SubMatrix(3, count, 0, channels).MapIndexed(
                (_, channel, value) => value - shift[channel], Zeros.Include);
            foreach (ISampleSource source in new ISampleSource[] { new MatrixSampleSource(y), new CopyingSource(y) })
            {
                double[] block = new double[channels * count], first = new double[channels],
                    second = new double[channels * channels];
                FewChannels.ReadIfNotLent(source, 3, count, block);
                FewChannels.Of(source, block, 3, count).AddMoments(shift, first, second);
                Assert.Equal(0.0, (Vector<double>.Build.Dense(first) - centred.ColumnSums()).L2Norm(), 1e-12);
                Matrix<double> products = Matrix<double>.Build.Dense(channels, channels, second);
                Assert.Equal(0.0, (products - centred.TransposeThisAndMultiply(centred)).FrobeniusNorm(), 1e-11);
            }
        }
    }

    [Fact]
    public void A_source_that_lends_and_one_that_copies_give_the_same_floats()
    {
        Matrix<double> y = Matrix<double>.Build.Random(3000, 2, 1) * 1e-3 + 1e6;
        double[] shift = [1e6, 1e6], scale = [1e3, 2e3];
        float[] lent = new float[4000], copied = new float[4000], part = new float[4000];
        ((ISampleSource)new MatrixSampleSource(y)).Read(500, 2000, shift, scale, lent);
        ((ISampleSource)new CopyingSource(y)).Read(500, 2000, shift, scale, copied);
        ((ISampleSource)new SubsampledSource(new MatrixSampleSource(y), 1)).Read(0, 2000, shift, scale, part);
        Assert.Equal(lent, copied);
        Assert.Equal((float)((y[1234, 1] - 1e6) * 2e3), lent[2000 + 734]);
        Assert.Equal((float)((y[1234, 1] - 1e6) * 2e3), part[2000 + 1234]);
    }
}
