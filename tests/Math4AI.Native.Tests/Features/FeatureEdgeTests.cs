using Math4AI.Data.Images;
using Math4AI.Features;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Features;

/// <summary>Features of odd sizes, and what is said where they cannot be made.</summary>
public sealed class FeatureEdgeTests
{
    [Theory]
    [InlineData(1, 1, "color, grey")]
    [InlineData(4, 5, "color, grey")]
    [InlineData(8, 8, "color, hog:9:2:3:l1-sqrt:smooth")]
    [InlineData(16, 16, "color, hog:9:5:3:l1-sqrt:smooth")]
    [InlineData(24, 100, "color, hog:9:8:3:l1-sqrt:smooth")]
    public void Images_of_any_size_have_usual_features(int height, int width, string formula)
    {
        Assert.Equal(formula, ImageFeatures.UsualFormula(height, width));
        float[] pixels = [.. Enumerable.Range(0, 2 * height * width).Select(i => i % 7 / 7.0f)];
        var images = ImageSet.Of(1, height, width, pixels, [0, 1], ["a", "b"]);
        Assert.Equal(2, ImageFeatures.Usual(height, width).Fit(images).Apply(images).RowCount);
    }

    [Theory]
    [InlineData("color:99", "'color:99' cannot be made")]
    [InlineData("hog:0", "'hog:0' cannot be made: '0' is no whole number")]
    [InlineData("pca:10", "no features 'pca' of images, but of tables: let them follow others, as in 'color then pca'")]
    public void What_images_have_no_features_of_is_said_in_a_sentence(string formula, string expected)
    {
        string message = Assert.Throws<FormatException>(() => ImageFeatures.Names.Parse(formula)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void More_components_than_there_are_are_refused_with_a_number_that_is_right()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(20, 3, (i, j) => Math.Sin(i * (j + 1.3)));
        Assert.Contains(
            "ask for 3 or fewer",
            Assert.Throws<ArgumentException>(() => FeatureMap.PrincipalComponents(5).Fit(x)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nystroem:100")]
    [InlineData("identity then nystroem:100")]
    [InlineData("kernel-pca:10")]
    public void Standardized_features_of_a_kernel_keep_its_products_and_do_not_blow_up_between_samples(string formula)
    {
        // Close samples of one input: most eigenvalues of their kernel are rounding or little more.
        Matrix<double> x = Matrix<double>.Build.Dense(100, 1, (i, _) => 0.04 * (i - 50.0)),
            between = Matrix<double>.Build.Dense(101, 1, (i, _) => 0.04 * (i - 50.5));
        FeatureMap<Matrix<double>> map = FeatureMap.Names.Parse(formula), standardized = map.Standardized();
        FittedFeatures<Matrix<double>> fitted = standardized.Fit(x);
        Matrix<double> found = fitted.Apply(x), own = map.Fit(x).Apply(x);
        Vector<double> means = own.ColumnSums() / own.RowCount;
        Matrix<double> centered = own.MapIndexed((_, j, value) => value - means[j]);
        double scale = found.FrobeniusNorm() / centered.FrobeniusNorm();
        Assert.Equal(0.0, (found - centered * scale).FrobeniusNorm() / found.FrobeniusNorm(), 1e-9);
        Assert.Equal(found.ColumnCount, found.FrobeniusNorm() * found.FrobeniusNorm() / found.RowCount, 1e-6);
        double most = Math.Sqrt(found.ColumnCount);
        Assert.True(fitted.Apply(between).Enumerate().All(value => Math.Abs(value) < 4.0 * most));
        Assert.Equal(fitted.Apply(x), FeatureMap.Names.Parse(standardized.Formula).Restore(fitted.State).Apply(x));
    }
}
