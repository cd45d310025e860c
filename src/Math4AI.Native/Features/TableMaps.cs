using Math4AI.Features.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>
/// Feature maps of tables of numbers, samples × inputs. Each is fitted by <see cref="FeatureMap{TData}.Fit"/>.
/// </summary>
public static class FeatureMap
{
    /// <summary>Gets the maps of tables that formulas know by name.</summary>
    public static FeatureNames<Matrix<double>> Names { get; } = Known();

    /// <summary>Standardization: (x − mean)/deviation of each input; a constant input is shifted alone.</summary>
    public static FeatureMap<Matrix<double>> Standardize() =>
        new ScalingFeatures("standardize", ScalingFeatures.MeanAndDeviation);

    /// <summary>
    /// Robust scaling: (x − median)/(upper − lower quartile) of each input, which outliers do not move.
    /// </summary>
    /// <remarks>Quartiles are interpolated linearly, as scikit-learn's <c>RobustScaler</c> does.</remarks>
    public static FeatureMap<Matrix<double>> Robust() =>
        new ScalingFeatures("robust", ScalingFeatures.MedianAndQuartiles);

    /// <summary>
    /// Centers each input and divides all by one number, so that their variances add up to 1: inputs keep their scales
    /// among themselves, and groups of features, each of them balanced, weigh the same.
    /// </summary>
    public static FeatureMap<Matrix<double>> Balance() => new BalancedFeatures(isMean: false);

    /// <summary>
    /// Centers each input and divides all by one number, so that the mean of their variances is 1: inputs keep their
    /// scales among themselves. In formulas it is <c>balance:mean</c>.
    /// </summary>
    public static FeatureMap<Matrix<double>> BalanceMean() => new BalancedFeatures(isMean: true);

    /// <summary>
    /// One-hot encoding: of each input, one feature for each value of the training; other values have none.
    /// </summary>
    public static FeatureMap<Matrix<double>> OneHot() => new OneHotFeatures();

    /// <summary>
    /// Polynomials: all monomials of degree 1 to p, by degree, as scikit-learn's <c>PolynomialFeatures</c> without the
    /// constant.
    /// </summary>
    /// <param name="degree">p, from 1 on.</param>
    /// <param name="interactionsOnly">Whether no input may occur twice in a monomial.</param>
    /// <exception cref="ArgumentOutOfRangeException">The degree is less than 1.</exception>
    public static FeatureMap<Matrix<double>> Polynomial(int degree = 2, bool interactionsOnly = false) =>
        new PolynomialFeatures(degree, interactionsOnly);

    /// <summary>
    /// B-splines of each input, with knots at the quantiles of the training: knots + degree − 1 features that add up to
    /// 1. Outside of the training's range they are those of its ends.
    /// </summary>
    /// <param name="knots">The number of knots, 2 or more.</param>
    /// <param name="degree">The degree, 0 to 20.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too few knots, or no such degree.</exception>
    /// <remarks>Source: C. de Boor, A Practical Guide to Splines (1978).</remarks>
    public static FeatureMap<Matrix<double>> Splines(int knots = 5, int degree = 3) =>
        new SplineFeatures(knots, degree);

    /// <summary>Fourier features of periodic inputs: sin(2πkx/P) and cos(2πkx/P), k = 1 … K, of each.</summary>
    /// <param name="period">P, in the inputs' unit.</param>
    /// <param name="harmonics">K, from 1 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The period is not positive and finite, or there is no harmonic.
    /// </exception>
    public static FeatureMap<Matrix<double>> Fourier(double period, int harmonics = 1) =>
        new PeriodicFeatures(period, harmonics);

    /// <summary>Principal components: the projections on the directions of largest variance.</summary>
    /// <param name="components">How many; null for as many as the rank.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than one.</exception>
    public static FeatureMap<Matrix<double>> PrincipalComponents(int? components = null) =>
        new PrincipalFeatures(components, isWhitened: false);

    /// <summary>
    /// Whitening: principal components over their standard deviations, so that the training's covariance is I.
    /// </summary>
    /// <param name="components">How many; null for as many as the rank.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than one.</exception>
    public static FeatureMap<Matrix<double>> Whiten(int? components = null) =>
        new PrincipalFeatures(components, isWhitened: true);

    /// <summary>Makes a map of some of the inputs alone; join it by <c>And</c> with maps of the others.</summary>
    /// <param name="map">The map of these inputs.</param>
    /// <param name="columns">Their places, from 0.</param>
    /// <exception cref="ArgumentException">There are none, or a place is negative.</exception>
    public static FeatureMap<Matrix<double>> On(
        this FeatureMap<Matrix<double>> map, params IReadOnlyList<int> columns) =>
        new ColumnFeatures(map, columns);

    /// <summary>
    /// Term frequency times inverse document frequency, of counts: rarer terms weigh more, and rows have norm 1. It
    /// equals scikit-learn's <c>TfidfTransformer</c>.
    /// </summary>
    public static FeatureMap<Matrix<double>> InverseFrequency() => new InverseFrequencyFeatures();

    /// <summary>The inputs themselves, to be joined with other maps of them.</summary>
    public static FeatureMap<Matrix<double>> Identity() => new IdentityFeatures();

    private static FeatureNames<Matrix<double>> Known()
    {
        var names = new FeatureNames<Matrix<double>>();
        names.Add("identity", _ => Identity());
        names.Add("standardize", _ => Standardize());
        names.Add("robust", _ => Robust());
        names.Add("balance", arguments => arguments.Text(0, string.Empty) switch
        {
            "" => Balance(),
            "mean" => BalanceMean(),
            var other => throw new FormatException($"The features 'balance' take 'mean' or nothing, not '{other}'."),
        });
        names.Add("onehot", _ => OneHot());
        names.Add("poly", arguments => Polynomial(arguments.WholeNumber(0, 2)));
        names.Add("interactions", arguments => Polynomial(arguments.WholeNumber(0, 2), interactionsOnly: true));
        names.Add("splines", arguments => Splines(arguments.WholeNumber(0, 5), arguments.WholeNumber(1, 3)));
        names.Add("fourier", arguments => Fourier(
            arguments.Positive(0)
            ?? throw new FormatException("The features 'fourier' need a period, such as fourier:24 or fourier:24:3."),
            arguments.WholeNumber(1, 1)));
        names.Add("tfidf", _ => InverseFrequency());
        names.Add("pca", arguments => PrincipalComponents(arguments.Count > 0 ? arguments.WholeNumber(0, 1) : null));
        names.Add("whiten", arguments => Whiten(arguments.Count > 0 ? arguments.WholeNumber(0, 1) : null));
        return names;
    }
}
