using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

/// <summary>Contrasts and methods that a user adds, by public members alone.</summary>
public class OwnMethodTests
{
    [Fact]
    public void A_contrast_of_ones_own_separates_like_the_built_in_one_with_the_same_function()
    {
        Matrix<double> mixture = Mixtures.Laplace(20_000, 3, 1) * Mixtures.WellConditioned(3, 2).Transpose();
        Matrix<double> Found(Contrast contrast) => Separator
            .FastIca(new FastIcaOptions { Contrast = contrast, Tolerance = 1e-12 }).Separate(mixture).Unmixing.Matrix;
        Matrix<double> expected = Found(Contrast.Exp);
        Assert.Equal(0.0, (Found(new Bell()) - expected).FrobeniusNorm() / expected.FrobeniusNorm(), 1e-9);
        Assert.Equal(Contrast.Exp.GaussianMean, new Bell().GaussianMean, 1e-15);
    }

    [Fact]
    public void A_contrast_with_a_shape_of_its_own_separates()
    {
        Matrix<double> mixing = Mixtures.WellConditioned(3, 2);
        SeparationResult<Matrix<double>> result = Separator.FastIca(new FastIcaOptions { Contrast = new Cauchy() })
            .Separate(Mixtures.Laplace(20_000, 3, 1) * mixing.Transpose());
        Assert.True(result.IsConverged, result.ToString());
        Assert.True(SeparationQuality.AmariError(result.Unmixing.Matrix * mixing) < 0.05);
    }

    [Theory]
    [InlineData(1.01, 1.0, "score of the contrast wrong at u")]
    [InlineData(1.0, 1.01, "slope of the contrast wrong at u")]
    [InlineData(double.NaN, 1.0, "score of the contrast wrong at u")]
    public void Wrong_derivatives_of_a_contrast_are_refused_where_it_is_plugged_in(
        double score, double slope, string says)
    {
        var options = new FastIcaOptions { Contrast = new Wrong(score, slope) };
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Separator.FastIca(options));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_of_ones_own_gets_the_convention_the_notes_and_the_one_door()
    {
        Matrix<double> sources = Mixtures.Laplace(20_000, 2, 1);
        for (int t = 1; t < sources.RowCount; t++)
        {
            sources[t, 0] += 0.9 * sources[t - 1, 0];
        }

        Matrix<double> mixing = Mixtures.WellConditioned(2, 2);
        Matrix<double> mixture = sources * mixing.Transpose();
        AutoSeparationResult<Matrix<double>> found = Separator
            .Auto(new SeparationOptions { Method = Amuse.Description }).Separate(mixture);
        Assert.Equal("amuse", found.Method.Name);
        Assert.False(found.IsRoom);
        Assert.True(SeparationQuality.AmariError(found.Mixture.Unmixing.Matrix * mixing) < 0.1, found.ToString());
        Assert.All(found.Sources.EnumerateColumns(), x => Assert.Equal(1.0, x.DotProduct(x) / x.Count, 1e-9));
        Assert.Equal([1.0], found.Mixture.Objectives);
        Assert.True(found.Mixture.SecondsPerStage.ContainsKey("whiten"));

        // What the method says of itself is what the rest of the house goes by.
        var samples = new MatrixSampleSource(mixture);
        Assert.Null(UnmixingErrors.Of(samples, found.Mixture));
        Assert.Throws<NotSupportedException>(() => Stability.Of(samples, found.Mixture, found.Options, 2));
    }

    [Fact]
    public void A_method_without_whitening_gives_the_unmixing_alone()
    {
        Matrix<double> mixture = Mixtures.Laplace(1000, 2, 1);
        SeparationResult<Matrix<double>> result = new Untouched().Separate(mixture);
        Assert.Equal(Math.Abs(result.Mixture.Correlation[0, 1]), Math.Abs(result.Statistics.Correlation[0, 1]), 1e-12);
        Assert.Equal("untouched", result.Method.ToString());
    }

    /// <summary>−e^(−u²/2), written as a user would.</summary>
    private sealed class Bell : Contrast
    {
        public override string Name => "bell";

        public override double Value(double u) => -Math.Exp(-0.5 * u * u);

        public override double Score(double u) => u * Math.Exp(-0.5 * u * u);

        public override double Slope(double u) => (1.0 - u * u) * Math.Exp(-0.5 * u * u);
    }

    /// <summary>log(1 + u²).</summary>
    private sealed class Cauchy : Contrast
    {
        public override string Name => "cauchy";

        public override double Value(double u) => Math.Log(1.0 + u * u);

        public override double Score(double u) => 2.0 * u / (1.0 + u * u);

        public override double Slope(double u) => 2.0 * (1.0 - u * u) / Math.Pow(1.0 + u * u, 2.0);
    }

    private sealed class Wrong(double score, double slope) : Contrast
    {
        public override string Name => "wrong";

        public override double Value(double u) => 0.25 * u * u * u * u;

        public override double Score(double u) => score * u * u * u;

        public override double Slope(double u) => slope * 3.0 * u * u;
    }

    /// <summary>The eigenvectors of one lagged covariance of white signals, written as ours are.</summary>
    private sealed class Amuse : WhiteningSeparator
    {
        public static SeparationMethod Description { get; } = new("amuse")
        {
            Summary = "one lagged covariance",
            Objective = "nothing",
            UsesDensities = false,
            UsesSampleOrder = true,
            Factory = options => new Amuse(options.Sources),
        };

        public Amuse(int? sources)
            : base(sources)
        {
        }

        public override SeparationMethod Method => Description;

        protected override (Unmixing Unmixing, Termination Termination) Solve(
            ISampleSource mixture, Whitening whitening, SeparationLog log, CancellationToken cancellation)
        {
            double[] block = new double[mixture.Channels * (int)mixture.Length];
            mixture.Read(0, (int)mixture.Length, block);
            Matrix<double> y = Matrix<double>.Build.Dense((int)mixture.Length, mixture.Channels, block);
            Matrix<double> z = y.MapIndexed((_, c, value) => value - whitening.Covariance.Mean[c], Zeros.Include)
                * whitening.Matrix.Transpose();
            Matrix<double> lagged = z.SubMatrix(0, z.RowCount - 1, 0, z.ColumnCount)
                .TransposeThisAndMultiply(z.SubMatrix(1, z.RowCount - 1, 0, z.ColumnCount));
            log.Add("solve", 0.0, 1.0);
            Matrix<double> vectors = (lagged + lagged.Transpose()).Evd(Symmetricity.Symmetric).EigenVectors;
            return (whitening.ToUnmixing(vectors.Transpose()), Termination.Converged);
        }
    }

    /// <summary>The identity.</summary>
    private sealed class Untouched : Separator
    {
        public override SeparationMethod Method { get; } = new("untouched");

        protected override SeparationSolution Solve(
            ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
        {
            Matrix<double> identity = Matrix<double>.Build.DenseIdentity(mixture.Channels);
            return new SeparationSolution(Unmixing.OfMatrix(identity), Termination.Direct);
        }
    }
}
