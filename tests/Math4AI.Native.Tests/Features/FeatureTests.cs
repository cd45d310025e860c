using Math4AI.Data.Images;
using Math4AI.Features;
using Math4AI.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Features;

public class FeatureTests
{
    private static readonly string[] Texts =
        ["The cat sat on the mat.", "A cat, a dog and a CAT!", "Dogs sleep; cats sleep too", "été naïve straße"];

    private static readonly double[] Places = [0.0, 1.0, 1.5, 2.0, 4.0, 7.0, 9.0, 10.0];

    private static Matrix<double> Samples(int count = 40) =>
        Matrix<double>.Build.Dense(count, 3, (i, j) => Math.Sin(1.3 * i + j) * (j + 1) + 0.1 * i);

    private static Matrix<double> Column(params double[] values) => Matrix<double>.Build.DenseOfColumnArrays(values);

    private static void AreClose(IEnumerable<double> expected, IEnumerable<double> found, double tolerance) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance));

    [Fact]
    public void Standardized_training_samples_have_mean_0_and_variance_1_and_others_the_same_scale()
    {
        Matrix<double> x = Samples();
        FittedFeatures<Matrix<double>> fitted = FeatureMap.Standardize().Fit(x);
        foreach (Vector<double> column in fitted.Apply(x).EnumerateColumns())
        {
            Assert.Equal(0.0, column.Average(), 1e-14);
            Assert.Equal(1.0, column.Average(value => value * value), 1e-13);
        }

        AreClose(fitted.Apply(x).Row(3), fitted.Apply(x.SubMatrix(3, 1, 0, 3)).Row(0), 0.0);
    }

    [Fact]
    public void Robust_scaling_is_that_of_scikit_learn() => AreClose(
        [-0.4897959183673469, -0.32653061224489793, -0.24489795918367346, -0.16326530612244897, 0.16326530612244897,
            0.6530612244897959, 0.9795918367346939, 1.1428571428571428],
        FeatureMap.Robust().Fit(Column(Places)).Apply(Column(Places)).Column(0),
        1e-15);

    [Fact]
    public void Monomials_come_in_the_order_of_scikit_learn()
    {
        Matrix<double> x = Matrix<double>.Build.DenseOfArray(new[,] { { 0.5, -1.0, 2.0 } });
        FittedFeatures<Matrix<double>> cubic = FeatureMap.Polynomial(3).Fit(x);
        double[] expected =
            [0.5, -1.0, 2.0, 0.25, -0.5, 1.0, 1.0, -2.0, 4.0, 0.125, -0.25, 0.5, 0.5, -1.0, 2.0, -1.0, 2.0, -4.0, 8.0];
        Assert.Equal(expected, cubic.Apply(x).Row(0));
        Assert.Equal(["a", "b", "c", "a^2", "a b", "a c", "b^2", "b c", "c^2"],
            FeatureMap.Polynomial(2).Fit(x).Names(["a", "b", "c"]));
        Assert.Equal(["a", "b", "c", "a b", "a c", "b c"], FeatureMap.Polynomial(2, interactionsOnly: true).Fit(x)
            .Names(["a", "b", "c"]));
    }

    [Fact]
    public void Splines_are_those_of_scikit_learn_and_add_up_to_1()
    {
        FittedFeatures<Matrix<double>> fitted = FeatureMap.Splines(4, 3).Fit(Column(Places));
        Matrix<double> found = fitted.Apply(Column(-5.0, 0.0, 1.7, 6.2, 10.0, 20.0));
        AreClose([0.16666666666666666, 0.7246376811594203, 0.10869565217391308, 0.0, 0.0, 0.0], found.Row(0), 1e-14);
        AreClose([0.0, 0.3988645484949831, 0.5520060668896322, 0.04912930145530146, 8.316008316008394e-08, 0.0],
            found.Row(2), 1e-14);
        AreClose([0.0, 0.0, 0.1646159999999999, 0.6262561621621621, 0.20910700450450453, 2.083333333333392e-05],
            found.Row(3), 1e-14);
        AreClose([0.0, 0.0, 0.0, 0.16216216216216223, 0.6711711711711712, 0.16666666666666669], found.Row(5), 1e-14);
        AreClose(Enumerable.Repeat(1.0, 6), found.RowSums(), 1e-14);
    }

    [Fact]
    public void Fourier_features_do_not_change_by_whole_periods()
    {
        FittedFeatures<Matrix<double>> fitted = FeatureMap.Fourier(24.0, 2).Fit(Column(0.0));
        AreClose([Math.Sin(Math.PI / 4), Math.Cos(Math.PI / 4), 1.0, 0.0], fitted.Apply(Column(3.0)).Row(0), 1e-15);
        AreClose(fitted.Apply(Column(3.0)).Row(0), fitted.Apply(Column(3.0 + 24.0 * 1e9)).Row(0), 1e-15);
    }

    [Fact]
    public void Whitened_training_samples_have_the_identity_for_covariance()
    {
        Matrix<double> white = FeatureMap.Whiten().Fit(Samples()).Apply(Samples());
        Matrix<double> covariance = white.TransposeThisAndMultiply(white) / 39.0;
        Assert.True((covariance - Matrix<double>.Build.DenseIdentity(3)).L2Norm() < 1e-12);
    }

    [Fact]
    public void A_value_that_the_training_did_not_have_is_none_of_the_classes()
    {
        FittedFeatures<Matrix<double>> fitted = FeatureMap.OneHot().Fit(Column(1.0, 3.0, 1.0));
        Assert.Equal([1.0, 0.0], fitted.Apply(Column(1.0)).Row(0));
        Assert.Equal([0.0, 0.0], fitted.Apply(Column(2.0)).Row(0));
        Assert.Equal(["size=1", "size=3"], fitted.Names(["size"]));
    }

    [Fact]
    public void Counts_inverse_frequencies_and_hashes_are_those_of_scikit_learn()
    {
        FittedFeatures<IReadOnlyList<string>> counts = TextFeatures.Words(2).Fit(Texts);
        Assert.Equal(28, counts.Names([]).Count);
        Assert.Equal(2.0, counts.Apply(Texts)[0, counts.Names([]).ToList().IndexOf("the")]);
        Assert.Equal(1.0, counts.Apply(Texts)[3, counts.Names([]).ToList().IndexOf("naïve straße")]);
        Matrix<double> weighted = TextFeatures.Words().Then(FeatureMap.InverseFrequency()).Fit(Texts).Apply(Texts);
        AreClose(
            [0.285581503339, 0.362223925405, 0.362223925405, 0.362223925405, 0.72444785081],
            weighted.Row(0).Where(value => value > 0.0), 1e-11);
        Assert.Equal(weighted, TextFeatures.Names.Parse("tfidf").Fit(Texts).Apply(Texts));
        double[][] hashed =
        [
            [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0, 0, -2, 0], [0, 0, 0, 0, 0, -1, 0, 2, 0, 0, 0, 0, 0, -1, 0, 0],
            [0, 0, -1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, -1, 0], [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ];
        Assert.Equal(hashed, TextFeatures.Hashing(16).Fit([]).Apply(Texts).ToRowArrays());
    }

    private static ImageSet Image(int channels)
    {
        const int Height = 23, Width = 30;
        float[] pixels = new float[channels * Height * Width];
        for (int i = 0; i < pixels.Length; i++)
        {
            int c = i / (Height * Width), y = i / Width % Height, x = i % Width;
            pixels[i] = (float)(0.5 + 0.25 * Math.Sin(0.7 * x + 0.1 * c)
                + 0.25 * Math.Cos(0.3 * y * (1 + c) + 0.05 * x * y));
        }

        return ImageSet.Of(channels, Height, Width, pixels);
    }

    // Reference: scikit-image 0.19.3, hog(image, 9, (4, 4), (2, 2), norm) and hog(image, 6, (5, 5), (3, 3), norm,
    // channel_axis=-1).
    [Theory]
    [InlineData(HogNorm.L1, 1, 23.99983250464947, 10356.243776655643, 0.030808201793305425, 0.03160308430032946)]
    [InlineData(HogNorm.L2, 1, 92.65070492544075, 39446.94219093038, 0.12014347309787743, 0.12324329520821453)]
    [InlineData(HogNorm.L2Hys, 1, 107.01385705785944, 45883.213167459915, 0.16965665027456717, 0.17403396201798907)]
    [InlineData(HogNorm.L1, 3, 7.999983080078973, 1732.532754247135, 0.007916797665232858, 0.040573880998024975)]
    [InlineData(HogNorm.L1Sqrt, 1, 112.9066624379233, 48761.63160531349, 0.1755226532197637, 0.17777256340709457)]
    [InlineData(HogNorm.L1Sqrt, 3, 39.76763226816635, 8329.282096467914, 0.08897638824560625, 0.20142959315360037)]
    [InlineData(HogNorm.L2, 3, 32.1405628028141, 6809.121245422843, 0.03401091060317155, 0.17430717542620935)]
    [InlineData(HogNorm.L2Hys, 3, 36.48689381729689, 7557.879580801345, 0.048975970850111405, 0.25100366297876225)]
    public void Histograms_of_gradients_are_those_of_scikit_image(
        HogNorm norm, int channels, double sum, double moment, double first, double eighth)
    {
        FeatureMap<ImageSet> map = channels == 1 ? ImageFeatures.Hog(9, 4, 2, norm) : ImageFeatures.Hog(6, 5, 3, norm);
        FittedFeatures<ImageSet> fitted = map.Fit(Image(channels));
        Vector<double> found = fitted.Apply(Image(channels)).Row(0);
        Assert.Equal(channels == 1 ? 864 : 432, found.Count);
        Assert.Equal(found.Count, fitted.Names([]).Count);
        Assert.Equal(sum, found.Sum(), 1e-6);
        Assert.Equal(moment, found.Select((value, i) => value * (i + 1)).Sum(), 1e-3);
        AreClose([first, eighth], [found[0], found[7]], 1e-6);
    }

    /// <summary>A plane of grey levels: every gradient inside has one magnitude and direction.</summary>
    private static ImageSet Ramp(int side, double toRight, double toBottom) => ImageSet.Of(1, side, side,
        [.. Enumerable.Range(0, side * side).Select(i =>
            (float)(0.5 + toRight * (i % side - side / 2) + toBottom * (i / side - side / 2)))]);

    [Theory]
    [InlineData("hog:4:4:2:l2:smooth", 0.02, 0.0)]
    [InlineData("hog:4:4:2:l2:smooth", -0.02, 0.0)]
    [InlineData("hog:4:4:2:smooth:l2:signed", 0.02, 0.0)]
    [InlineData("hog:4:4:2:smooth:l2:signed", -0.02, 0.0)]
    [InlineData("hog:4:4:2:smooth:l2:signed", 0.015, 0.0225)]
    public void A_smooth_histogram_shares_a_gradient_by_how_near_orientations_are(
        string formula, double toRight, double toBottom)
    {
        ImageSet image = Ramp(24, toRight, toBottom);
        FittedFeatures<ImageSet> fitted = ImageFeatures.Names.Parse(formula).Fit(image);

        // In a block of the middle, all cells of which see one gradient, the histograms are the same.
        double[] cell = [.. fitted.Apply(image).Row(0).Skip((2 * 5 + 2) * 16).Take(4)];
        double turn = formula.Contains("signed", StringComparison.Ordinal) ? 360.0 : 180.0;
        double angle = (Math.Atan2(toBottom, toRight) * (180.0 / Math.PI) + 360.0) % turn;
        double[] shares = [.. Enumerable.Range(0, 4).Select(bin =>
        {
            double away = Math.Abs(angle / turn * 4 - (bin + 0.5));
            return Math.Max(0.0, 1.0 - Math.Min(away, 4.0 - away));
        })];
        double norm = 2.0 * Math.Sqrt(shares.Sum(share => share * share));
        AreClose([.. shares.Select(share => share / norm)], cell, 1e-5);
    }

    [Fact]
    public void A_smooth_histogram_shares_a_gradient_by_how_near_cells_are()
    {
        // The four neighbors of one bright pixel have gradients of 1, at 0° or 90°, halfway between the centers of both
        // orientations; pixels' centers lie at halves, those of the cells at 2 and 6.
        float[] pixels = new float[8 * 8];
        pixels[2 * 8 + 5] = 1.0f;
        ImageSet image = ImageSet.Of(1, 8, 8, pixels);
        double[] cells = new double[4];
        foreach ((double y, double x) in new[] { (2.5, 4.5), (2.5, 6.5), (1.5, 5.5), (3.5, 5.5) })
        {
            for (int i = 0; i < 4; i++)
            {
                static double Center(int side) => side == 0 ? 2.0 : 6.0;
                cells[i] += Math.Max(0.0, 1.0 - Math.Abs(y - Center(i / 2)) / 4.0)
                    * Math.Max(0.0, 1.0 - Math.Abs(x - Center(i % 2)) / 4.0) / 16.0;
            }
        }

        AreClose(
            [.. cells.SelectMany(cell => Enumerable.Repeat(0.5 * cell / (cells.Sum() + 1e-5), 2))],
            ImageFeatures.Hog(2, 4, 2, HogNorm.L1, isSmooth: true).Fit(image).Apply(image).Row(0), 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Smooth_histograms_change_little_with_a_small_turn(bool isSmooth)
    {
        // 44° and 46° fall on either side of the border between two of four orientations.
        static ImageSet At(double degrees) =>
            Ramp(16, 0.02 * Math.Cos(degrees * Math.PI / 180.0), 0.02 * Math.Sin(degrees * Math.PI / 180.0));
        FittedFeatures<ImageSet> fitted = ImageFeatures.Hog(4, 4, 2, HogNorm.L2, isSmooth).Fit(At(44.0));
        Vector<double> first = fitted.Apply(At(44.0)).Row(0), second = fitted.Apply(At(46.0)).Row(0);
        double change = (first - second).L2Norm() / first.L2Norm();
        Assert.True(isSmooth ? change < 0.1 : change > 1.0, $"The change is {change}.");
    }

    [Fact]
    public void Binary_patterns_are_those_of_scikit_image()
    {
        double[] small =
            [0.03768115942028986, 0.07536231884057971, 0.11884057971014493, 0.1318840579710145, 0.28695652173913044,
                0.14782608695652175, 0.07681159420289856, 0.04782608695652174, 0.02318840579710145, 0.0536231884057971];
        double[] large =
            [0.12173913043478261, 0.06666666666666667, 0.10869565217391304, 0.04927536231884058, 0.030434782608695653,
                0.01884057971014493, 0.050724637681159424, 0.02608695652173913, 0.01884057971014493,
                0.04927536231884058, 0.057971014492753624, 0.0463768115942029, 0.06376811594202898,
                0.29130434782608694];
        AreClose(small, ImageFeatures.LocalBinaryPatterns().Fit(Image(1)).Apply(Image(1)).Row(0), 1e-12);
        AreClose(large, ImageFeatures.LocalBinaryPatterns(12, 2.5).Fit(Image(1)).Apply(Image(1)).Row(0), 1e-12);
    }

    [Fact]
    public void Colors_and_grey_levels_are_shares_and_means_of_pixels()
    {
        ImageSet image = ImageSet.Of(3, 1, 2, [1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f]);
        Vector<double> colors = ImageFeatures.Color(2).Fit(image).Apply(image).Row(0);
        Assert.Equal([0.0, 0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0], colors);
        AreClose([0.299, 0.114], ImageFeatures.Grey().Fit(image).Apply(image).Row(0), 1e-7);
        AreClose([0.2065], ImageFeatures.Grey(1).Fit(image).Apply(image).Row(0), 1e-7);
    }

    [Fact]
    public void Random_waves_approach_the_kernel_and_all_samples_give_it_exactly()
    {
        Matrix<double> x = Samples(30), exact = Kernel.Rbf(1.5).Gram(x);
        Matrix<double> waves = KernelFeatures.RandomFourier(40_000, 1.5).Fit(x).Apply(x);
        Assert.True((waves.TransposeAndMultiply(waves) - exact).Enumerate().Max(Math.Abs) < 0.03);
        Assert.Equal(1.0, waves.Row(0).DotProduct(waves.Row(0)), 1e-12);
        Matrix<double> all = KernelFeatures.Nystroem(Kernel.Rbf(1.5), 30).Fit(x).Apply(x);
        Assert.True((all.TransposeAndMultiply(all) - exact).Enumerate().Max(Math.Abs) < 1e-10);
    }

    [Fact]
    public void Kernel_components_are_those_of_scikit_learn_and_of_a_linear_kernel_the_principal_ones()
    {
        Matrix<double> z = Matrix<double>.Build.Dense(12, 2, (i, j) => j == 0 ? Math.Sin(i) : Math.Cos(2 * i));
        FittedFeatures<Matrix<double>> fitted = KernelFeatures.Components(Kernel.Rbf(1.0), 2).Fit(z);
        double[][] expected = [[0.5785292677913818, 0.24291053899708948], [0.5811599698313266, 0.365998587227616],
            [0.6878605996859367, 0.3297325794269659]];
        AreClose(expected.SelectMany(row => row), fitted.Apply(z.SubMatrix(0, 3, 0, 2)).ToRowArrays()
            .SelectMany(row => row.Select(Math.Abs)), 1e-10);
        Matrix<double> half = fitted.Apply(z.SubMatrix(0, 1, 0, 2) * 0.5);
        AreClose([0.4083629018301876, 0.1776868484235404], half.Row(0).Select(Math.Abs), 1e-10);
        Matrix<double> linear = KernelFeatures.Components(Kernel.Linear(), 2).Fit(z).Apply(z);
        Matrix<double> principal = FeatureMap.PrincipalComponents(2).Fit(z).Apply(z);
        AreClose(principal.Enumerate().Select(Math.Abs), linear.Enumerate().Select(Math.Abs), 1e-10);
    }

    [Theory]
    [InlineData("standardize then poly:2")]
    [InlineData("(identity, fourier:7:2[0], splines:4:3[1, 2]) then whiten:3")]
    [InlineData("(onehot)[0] , robust")]
    [InlineData("nystroem:10:(2*rbf(0.5)+linear(1)[0,1]):3 then standardize")]
    [InlineData("random-fourier:20::7, kernel-pca:2, interactions:3, pca:2")]
    public void A_formula_restores_the_same_map_and_the_same_bits(string formula)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(30, 3, (i, j) => Math.Round(Samples()[i, j]));
        FeatureMap<Matrix<double>> map = FeatureMap.Names.Parse(formula), again = FeatureMap.Names.Parse(map.Formula);
        FittedFeatures<Matrix<double>> fitted = map.Fit(x);
        FittedFeatures<Matrix<double>> restored = again.Restore(fitted.State);
        Assert.Equal(map.Formula, again.Formula);
        Assert.Equal(fitted.Apply(x), restored.Apply(x));
        Assert.Equal(fitted.Apply(x).ColumnCount, restored.Names(["a", "b", "c"]).Count);
        Assert.Equal(restored.Names(["a", "b", "c"]).Count, restored.Names(["a", "b", "c"]).Distinct().Count());
    }

    [Theory]
    [InlineData("poly:x", "whole number")]
    [InlineData("poly:2:3", "at most 1")]
    [InlineData("ploy", "There are no features 'ploy'")]
    [InlineData("poly then", "a name")]
    [InlineData("(poly", "')'")]
    [InlineData("fourier", "period")]
    [InlineData("poly[1", "']'")]
    [InlineData("hog", "There are no features 'hog'")]
    public void What_is_no_map_is_refused_with_the_place(string formula, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => FeatureMap.Names.Parse(formula)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Samples_that_a_map_was_not_fitted_to_are_refused()
    {
        FittedFeatures<Matrix<double>> fitted = FeatureMap.Standardize().Fit(Samples());
        Assert.Contains("3 inputs", Assert.Throws<ArgumentException>(() => fitted.Apply(Column(1.0))).Message,
            StringComparison.Ordinal);
        Matrix<double> bad = Samples();
        bad[4, 1] = double.NaN;
        Assert.Contains("Row 5, column 2", Assert.Throws<ArgumentException>(() => fitted.Apply(bad)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ImageFeatures.Hog(9, 8, 9).Fit(Image(1)));
        Assert.Throws<ArgumentException>(() => ImageFeatures.Grey().Fit(Image(1)).Apply(Image(3)));
        Assert.Throws<InvalidDataException>(() => FeatureMap.Standardize().Restore(FeatureState.Empty));
    }

    [Theory]
    [InlineData("hog:9:4:2:l3", "'l3'")]
    [InlineData("hog:9:4:2:l1:l2", "'l2'")]
    [InlineData("hog:9:4:2:smooth:smooth", "'smooth'")]
    [InlineData("hog:9:4:2:l1:smooth:signed:more", "at most 6")]
    public void Words_behind_histograms_that_mean_nothing_are_refused(string formula, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => ImageFeatures.Names.Parse(formula)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("hog", "hog:9:8:3:l2-hys")]
    [InlineData("hog:16:4:2:signed:smooth", "hog:16:4:2:l2-hys:smooth:signed")]
    [InlineData("hog:16:4:2:l1-sqrt:signed", "hog:16:4:2:l1-sqrt:signed")]
    public void The_formula_of_histograms_says_how_they_are_made(string formula, string expected)
    {
        Assert.Equal(expected, ImageFeatures.Names.Parse(formula).Formula);
        Assert.Equal(expected, ImageFeatures.Names.Parse(expected).Formula);
    }

    [Fact]
    public void Images_chain_with_maps_of_tables()
    {
        FeatureMap<ImageSet> map = ImageFeatures.Names.Parse("color:2, hog:9:4:2:l1 then standardize");
        Assert.Equal(2 + 864, map.Fit(Image(1)).Apply(Image(1)).ColumnCount);
    }

    [Fact]
    public void A_map_of_ones_own_has_a_name_and_chains_like_any()
    {
        FeatureMap.Names.Add("logarithm", _ => new Logarithm());
        FeatureMap<Matrix<double>> map = FeatureMap.Names.Parse("logarithm then standardize");
        FittedFeatures<Matrix<double>> fitted = map.Fit(Column(1.0, Math.E, Math.E * Math.E));
        AreClose([-Math.Sqrt(1.5), 0.0, Math.Sqrt(1.5)], fitted.Apply(Column(1.0, Math.E, Math.E * Math.E))
            .Column(0), 1e-14);
        Assert.Equal(["log x"], map.Restore(fitted.State).Names(["x"]));
    }

    /// <summary>log x, by public members alone.</summary>
    private sealed class Logarithm : FeatureMap<Matrix<double>>
    {
        public override string Formula => "logarithm";

        public override FittedFeatures<Matrix<double>> Fit(Matrix<double> training) => new Fitted();

        public override FittedFeatures<Matrix<double>> Restore(FeatureState state) => new Fitted();

        private sealed class Fitted : FittedFeatures<Matrix<double>>
        {
            public override FeatureState State => FeatureState.Empty;

            public override Matrix<double> Apply(Matrix<double> samples) => samples.PointwiseLog();

            public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs) =>
                [.. inputs.Select(name => $"log {name}")];
        }
    }
}
