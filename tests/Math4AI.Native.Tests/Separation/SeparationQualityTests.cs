using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

public class SeparationQualityTests
{
    [Fact]
    public void A_scaled_permutation_has_no_error()
    {
        Matrix<double> product =
            Matrix<double>.Build.DenseOfArray(new double[,] { { 0, -3, 0 }, { 0, 0, 0.1 }, { 7, 0, 0 } });
        Assert.Equal(0.0, SeparationQuality.AmariError(product), 1e-15);
        Assert.All(
            SeparationQuality.InterferenceRatios(product, Vector<double>.Build.Dense(3, 1.0)),
            ratio => Assert.True(double.IsPositiveInfinity(ratio)));
    }

    [Fact]
    public void Two_sources_half_and_half_have_the_largest_error()
    {
        Matrix<double> product = Matrix<double>.Build.DenseOfArray(new double[,] { { 1, 1 }, { 1, -1 } });
        Assert.Equal(1.0, SeparationQuality.AmariError(product), 1e-15);
        Assert.Equal(0.0, SeparationQuality.InterferenceRatios(product, Vector<double>.Build.Dense(2, 1.0))[0], 1e-12);
    }

    [Fact]
    public void A_known_product_has_the_error_of_the_formula()
    {
        // Rows: 0.5 and 0.25; columns: 0.25 and 0.5; their sum 1.5 over 2m = 4.
        Matrix<double> product = Matrix<double>.Build.DenseOfArray(new[,] { { 2.0, 1.0 }, { 0.5, -2.0 } });
        Assert.Equal(1.5 / 4.0, SeparationQuality.AmariError(product), 1e-15);
        Vector<double> ratios =
            SeparationQuality.InterferenceRatios(product, Vector<double>.Build.DenseOfArray([1.0, 4.0]));
        Assert.Equal(0.0, ratios[0], 1e-12);
        Assert.Equal(10.0 * Math.Log10(16.0 / 0.25), ratios[1], 1e-12);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SeparationQuality.AmariError(Matrix<double>.Build.Dense(2, 3)));
        Assert.Throws<ArgumentException>(() => SeparationQuality.InterferenceRatios(
            Matrix<double>.Build.Dense(2, 3), Vector<double>.Build.Dense(2)));
    }
}
