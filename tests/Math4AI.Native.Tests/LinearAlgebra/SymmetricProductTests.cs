using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

public unsafe class SymmetricProductTests
{
    [Theory]
    [InlineData(5, 3)]
    [InlineData(200, 30)]
    [InlineData(1100, 7)]
    public void The_lower_half_is_that_of_the_whole_product_and_adds_to_what_was_there(int order, int count)
    {
        Matrix<double> factor = Matrix<double>.Build.Random(order, count, 1);
        Matrix<double> product = factor.TransposeAndMultiply(factor);
        double[] values = factor.ToColumnMajorArray(), sums = new double[order * order];
        fixed (double* from = values, to = sums)
        {
            SymmetricProduct.AddLower(from, order, count, to, 0.0);
            SymmetricProduct.AddLower(from, order, count, to, 1.0);
        }

        for (int column = 0; column < order; column++)
        {
            for (int row = column; row < order; row++)
            {
                Assert.Equal(2.0 * product[row, column], sums[column * order + row], 1e-12 * (1 + count));
            }
        }
    }
}
