using Math4AI.Data.Models;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Training;
using Math4AI.Unsupervised.Codes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class AutoencoderTests
{
    private static readonly TrainerOptions Short = new() { Epochs = 60, Rate = 1e-2, WeightDecay = 0.0 };

    [Fact]
    public void Without_hidden_layers_the_code_leaves_what_principal_components_leave()
    {
        Matrix<double> samples = Planted(400, 0.3);
        AutoencoderFit fit = new Autoencoder(2) { Hidden = [], Training = Short }.Fit(samples);
        PrincipalComponentsFit axes = new PrincipalComponents { Standardize = true }.Fit(samples);
        double left = 1.0 - axes.VarianceShares.Take(2).Sum(), error = fit.Anomaly(samples).Average();
        Assert.InRange(error, 0.999 * left, 1.15 * left);
    }

    [Fact]
    public void A_curve_needs_one_number_what_lies_off_it_is_unlike_and_a_saved_code_is_the_same()
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(300, 3, (i, j) =>
        {
            double t = i / 150.0 - 1.0;
            return j == 0 ? 100.0 * t : j == 1 ? t * t : Math.Sin(3.0 * t);
        });
        AutoencoderFit fit = new Autoencoder(1) { Hidden = [32], Training = Short }.Fit(samples);
        Vector<double> errors = fit.Anomaly(samples);
        Assert.True(errors.Average() < 0.1, $"{errors.Average()}");
        Matrix<double> off = Matrix<double>.Build.DenseOfRowArrays([0.0, 1.0, -1.0]);
        Assert.True(fit.Anomaly(off)[0] > 5.0 * errors.Average());
        Assert.Equal(fit.Anomaly(off)[0], fit.Errors(off).Row(0).Average(), 1e-12);
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            fit.Save(folder);
            var read = Assert.IsType<AutoencoderFit>(ModelFolder.Open(folder));
            Assert.Equal(fit.Encode(samples), read.Encode(samples));
            Assert.Equal(errors, read.Anomaly(samples));
            Assert.Equal(fit.Decode(fit.Encode(off)), read.Decode(read.Encode(off)));
            string rows = Path.Combine(folder, "rows.csv");
            File.WriteAllLines(rows, ["a,b,c", "0,1,-1"]);
            FilePredictions predicted = read.PredictFile(rows);
            Assert.Equal(["code 1", "anomaly"], predicted.Columns);
            Assert.Equal(fit.Anomaly(off)[0], predicted.Values[0][1], 1e-6);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_variational_code_learns_the_variance_of_the_noise_and_fills_its_space()
    {
        // Without hidden layers the bound is highest at probabilistic principal components: J. Lucas et al., NeurIPS
        // 2019. The variance of the noise is then the mean of what the other components have.
        Matrix<double> samples = Planted(600, 0.3);
        PrincipalComponentsFit axes = new PrincipalComponents { Standardize = true }.Fit(samples);
        double noise = axes.Variances.Skip(2).Average();
        AutoencoderFit fit = new Autoencoder(2)
        {
            Hidden = [],
            IsVariational = true,
            Training = Short with { Epochs = 100 },
        }.Fit(samples);
        Assert.InRange(fit.Noise, 0.8 * noise, 1.3 * noise);
        Matrix<double> codes = fit.Encode(samples);
        for (int k = 0; k < 2; k++)
        {
            Assert.Equal(0.0, codes.Column(k).Average(), 0.15);
            Assert.InRange(codes.Column(k).DotProduct(codes.Column(k)) / 600.0, 0.7, 1.3);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Convolutions_tell_where_a_spot_is_from_two_numbers_and_a_saved_code_is_the_same(bool isVariational)
    {
        var grid = new PixelGrid(9, 7);
        Matrix<double> samples = Spots(400, grid);
        var method = new Autoencoder(2)
        {
            Convolutions = [8, 16],
            Grid = grid,
            IsVariational = isVariational,
            Training = Short with { Epochs = 30 },
        };
        AutoencoderFit fit = method.Fit(samples);
        PrincipalComponentsFit axes = new PrincipalComponents().Fit(samples);
        double linear = 1.0 - axes.VarianceShares.Take(2).Sum(), error = fit.Anomaly(samples).Average();
        Assert.True(error < 0.8 * linear, $"{error} and {linear}");
        Assert.True(fit.Anomaly(Matrix<double>.Build.Dense(1, 63, (_, j) => j % 2))[0] > 5.0 * error);
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            fit.Save(folder);
            var read = Assert.IsType<AutoencoderFit>(ModelFolder.Open(folder));
            Assert.Equal(fit.Encode(samples), read.Encode(samples));
            Assert.Equal(fit.Decode(fit.Encode(samples)), read.Decode(read.Encode(samples)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Contains("say with Grid", Assert.Throws<ArgumentException>(
            () => (method with { Grid = null }).Fit(samples)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (method with { Grid = new PixelGrid(9, 8) }).Fit(samples));
    }

    [Fact]
    public void Constant_columns_have_a_code_and_what_has_none_is_refused()
    {
        Matrix<double> samples = Planted(20, 0.3);
        samples.SetColumn(2, Vector<double>.Build.Dense(20, 4.0));
        TrainerOptions two = Short with { Epochs = 2 };
        AutoencoderFit fit = new Autoencoder(1) { Training = two }.Fit(samples);
        Assert.All(fit.Anomaly(samples), error => Assert.True(double.IsFinite(error)));
        Assert.Equal(
            fit.Encode(samples), new Autoencoder(1) { Training = two }.Fit(samples).Encode(samples));
        Assert.Throws<ArgumentException>(() => fit.Encode(samples.SubMatrix(0, 3, 0, 2)));
        Assert.Throws<ArgumentException>(() => fit.Decode(samples));
        Assert.Throws<ArgumentException>(() => new Autoencoder(1).Fit(samples.SubMatrix(0, 3, 0, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Autoencoder(0).Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Autoencoder(1) { Hidden = [0] }.Fit(samples));
        samples[3, 1] = double.NaN;
        Assert.Contains("row 4 has NaN in column 2", Assert.Throws<ArgumentException>(
            () => new Autoencoder(1).Fit(samples)).Message, StringComparison.Ordinal);
    }

    /// <summary>Images of one spot each, at some place.</summary>
    private static Matrix<double> Spots(int count, PixelGrid grid)
    {
        var random = new Random(1);
        (double X, double Y)[] places = [.. Enumerable.Range(0, count).Select(_ =>
            (random.NextDouble() * (grid.Width - 1), random.NextDouble() * (grid.Height - 1)))];
        return Matrix<double>.Build.Dense(count, grid.Pixels, (i, j) => Math.Exp(
            -0.5 * (Math.Pow(j % grid.Width - places[i].X, 2) + Math.Pow(j / grid.Width - places[i].Y, 2))));
    }

    /// <summary>Two directions in six channels, with noise.</summary>
    private static Matrix<double> Planted(int count, double noise) =>
        Matrix<double>.Build.Random(count, 2, 1) * Matrix<double>.Build.Random(2, 6, 2)
        + noise * Matrix<double>.Build.Random(count, 6, 3);
}
