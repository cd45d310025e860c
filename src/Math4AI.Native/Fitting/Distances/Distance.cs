using System.Globalization;
using MathNet.Numerics.Distributions;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// A distance d(f, y) between what a model predicts and what was observed. Its choice is the choice of a noise model: where
/// d = −log p(y | f) + constant for some density p, a least cost is a greatest likelihood.
/// </summary>
public abstract class Distance
{
    /// <summary>(f − y)²: Gaussian noise of one unknown variance.</summary>
    public static Distance Squared { get; } = new SquaredDistance();

    /// <summary>|f − y|, the Euclidean norm of one number without its square: Laplacian noise.</summary>
    public static Distance Absolute { get; } = new QuantileDistance(0.5, "absolute", 2.0);

    /// <summary>−y f + log(1 + e^f), with the log-odds f and y in 0 … 1: Bernoulli's noise.</summary>
    public static Distance BinaryCrossEntropy { get; } = new BinaryCrossEntropyDistance();

    /// <summary>e^f − y f + log y!, with f the logarithm of the expected count y.</summary>
    public static Distance Poisson { get; } = new PoissonDistance();

    /// <summary>−log of a normal density about f whose σ is unknown and found with θ.</summary>
    public static Distance Gaussian { get; } = new GaussianDistance();

    /// <summary>−log of a Laplace density about f whose scale is unknown and found with θ.</summary>
    public static Distance Laplace { get; } = new LaplaceDistance();

    /// <summary>log Σ_c e^(f_c) − f_y, with one output f_c for each class c = 0 … n − 1 and the class y: multinomial noise.</summary>
    public static Distance Categorical { get; } = new CategoricalDistance();

    /// <summary>−log of a normal density whose mean and logarithm of the variance are two outputs of the model.</summary>
    public static Distance Heteroscedastic { get; } = new HeteroscedasticDistance();

    /// <summary>‖f − y‖ of vectors, without its square.</summary>
    public static Distance Euclidean { get; } = new EuclideanDistance();

    /// <summary>The distances by name; after a colon some take a number, as in <c>huber:1.5</c>.</summary>
    public static IReadOnlyDictionary<string, Func<double?, Distance>> ByName { get; } =
        new Dictionary<string, Func<double?, Distance>>
        {
            ["squared"] = _ => Squared,
            ["absolute"] = _ => Absolute,
            ["huber"] = threshold => Huber(threshold ?? 1.345),
            ["pseudo-huber"] = threshold => PseudoHuber(threshold ?? 1.345),
            ["cauchy"] = scale => Cauchy(scale ?? 2.385),
            ["tukey"] = threshold => Tukey(threshold ?? 4.685),
            ["quantile"] = share => Quantile(share ?? 0.5),
            ["logistic"] = _ => BinaryCrossEntropy,
            ["poisson"] = _ => Poisson,
            ["gaussian"] = _ => Gaussian,
            ["laplace"] = _ => Laplace,
            ["student"] = degrees => StudentT(degrees ?? 4.0),
            ["categorical"] = _ => Categorical,
            ["heteroscedastic"] = _ => Heteroscedastic,
            ["euclidean"] = _ => Euclidean,
        };

    /// <summary>The distance's name, with its number.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a scale s of the noise is unknown, and found with θ.</summary>
    public virtual bool HasScale => false;

    /// <summary>Whether the cost is −log likelihood, up to what <see cref="LogLikelihood"/> knows.</summary>
    public virtual bool IsLikelihood => false;

    /// <summary>½ r² up to a threshold in units of y, straight beyond it. Source: P. Huber, Annals of Mathematical Statistics 35 (1964).</summary>
    /// <param name="threshold">More than 0.</param>
    public static Distance Huber(double threshold = 1.345) => new HuberDistance(Positive(threshold));

    /// <summary>t² (√(1 + (r/t)²) − 1), a smooth Huber.</summary>
    /// <param name="threshold">t, more than 0, in units of y.</param>
    public static Distance PseudoHuber(double threshold = 1.345) => new PseudoHuberDistance(Positive(threshold));

    /// <summary>½ c² log(1 + (r/c)²).</summary>
    /// <param name="scale">c, more than 0, in units of y.</param>
    public static Distance Cauchy(double scale = 2.385) => new CauchyDistance(Positive(scale));

    /// <summary>Tukey's biweight, which is flat beyond its threshold: c²/6 (1 − (1 − (r/c)²)³).</summary>
    /// <param name="threshold">c, more than 0, in units of y.</param>
    public static Distance Tukey(double threshold = 4.685) => new TukeyDistance(Positive(threshold));

    /// <summary>The check function: τ (y − f) above f, (1 − τ) (f − y) below. Its minimum is the quantile τ.</summary>
    /// <param name="share">τ, between 0 and 1.</param>
    public static Distance Quantile(double share)
    {
        if (!(share > 0.0 && share < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A quantile lies between 0 and 1.");
        }

        return new QuantileDistance(share, $"quantile:{Text(share)}", 1.0);
    }

    /// <summary>−log of Student's density about f whose scale is unknown and found with θ.</summary>
    /// <param name="degrees">The degrees of freedom ν, more than 0.</param>
    public static Distance StudentT(double degrees = 4.0) => new StudentDistance(Positive(degrees));

    /// <summary>A distance from its name, such as <c>squared</c> or <c>huber:1.5</c>.</summary>
    /// <param name="text">The name, and a number after a colon where the distance takes one.</param>
    /// <exception cref="FormatException">There is no such distance, or the number cannot be read.</exception>
    public static Distance Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':', 2);
        if (!ByName.TryGetValue(parts[0], out Func<double?, Distance>? create))
        {
            throw new FormatException(
                $"There is no distance '{parts[0]}'; choose one of: {string.Join(", ", ByName.Keys)}.");
        }

        if (parts.Length == 1)
        {
            return create(null);
        }

        if (!double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            throw new FormatException($"'{parts[1]}' is no number for the distance '{parts[0]}', as in huber:1.5.");
        }

        try
        {
            return create(number);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"The distance '{parts[0]}' cannot have {parts[1]}.", e);
        }
    }

    /// <summary>d and its derivatives.</summary>
    /// <param name="predicted">f.</param>
    /// <param name="observed">y.</param>
    /// <param name="logScale">log s; 0 where the distance has no scale.</param>
    public abstract Expansion Expand(double predicted, double observed, double logScale);

    /// <summary>The expected y that a prediction stands for.</summary>
    /// <param name="predicted">f.</param>
    public virtual double Mean(double predicted) => predicted;

    /// <summary>Throws where y cannot be such an observation.</summary>
    /// <exception cref="ArgumentException">The message says what would be right.</exception>
    public virtual void Check(double observed)
    {
    }

    /// <summary>The best log likelihood that belongs to a cost; NaN where the distance stands for no density.</summary>
    /// <param name="cost">Σ w d.</param>
    /// <param name="samples">The number of samples.</param>
    public virtual double LogLikelihood(double cost, int samples) => IsLikelihood ? -cost : double.NaN;

    /// <summary>
    /// Half the width of the interval about the mean that holds a new observation: of a normal density, except where the distance knows
    /// better; NaN where there is no such width.
    /// </summary>
    /// <param name="level">The share of observations that it holds.</param>
    /// <param name="deviation">The standard deviation of the noise, or its scale s where the distance has one.</param>
    /// <param name="predicted">f, all outputs of one sample.</param>
    internal virtual double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) =>
        deviation * Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level));

    /// <summary>A distance whose minimum is a good start, where this one is flat far from its own; null where none is needed.</summary>
    internal virtual Distance? Preliminary => null;

    /// <summary>The same distance with its corner rounded within a width, in units of y; null where it has no corner.</summary>
    internal virtual Distance? Rounded(double width) => null;

    private protected static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static double Positive(double value) =>
        value > 0.0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The number must be more than 0.");
}
