using System.Globalization;
using System.Numerics.Tensors;
using MathNet.Numerics.Distributions;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// A distance d(f, y) between what a model predicts and what was observed. Its choice is the choice of a noise model:
/// where d = −log p(y | f) + constant for some density p, the least cost is the greatest likelihood.
/// </summary>
/// <remarks>
/// A distance of your own derives from this class and implements <see cref="Name"/> and <see cref="Expand"/>. All that
/// a fit needs to know beyond that (noise model, scale, corner, link) are members to override; their defaults are right
/// for a smooth distance about which nothing else is known. <see cref="DistanceNames.Add"/> makes it known by name, to
/// the command too.
/// </remarks>
public abstract class Distance
{
    /// <summary>Gets d = (f − y)²: normal noise of one unknown variance.</summary>
    public static Distance Squared { get; } = new SquaredDistance();

    /// <summary>Gets d = |f − y|, least absolute deviations: the minimum is the median.</summary>
    public static Distance Absolute { get; } = new QuantileDistance(0.5, "absolute", 2.0);

    /// <summary>Gets d = log(1 + e^f) − y f, with the log-odds f and y in 0 … 1: logistic regression.</summary>
    public static Distance BinaryCrossEntropy { get; } = new BinaryCrossEntropyDistance(Link.Logit);

    /// <summary>
    /// Gets d = e^f − y f + log y!, with the logarithm f of the expected count y: Poisson regression.
    /// </summary>
    public static Distance Poisson { get; } = new PoissonDistance(Link.Log);

    /// <summary>Gets −log of a normal density about f whose σ is unknown and estimated with θ.</summary>
    public static Distance Gaussian { get; } = new GaussianDistance();

    /// <summary>Gets −log of a Laplace density about f whose scale is unknown and estimated with θ.</summary>
    public static Distance Laplace { get; } = new LaplaceDistance();

    /// <summary>
    /// Gets d = log Σ_c e^(f_c) − f_y, with one output f_c for each class c = 0 … n − 1 and the class y: softmax
    /// regression.
    /// </summary>
    public static Distance Categorical { get; } = new CategoricalDistance();

    /// <summary>Gets −log of a normal density whose mean and log variance are the two outputs of the model.</summary>
    public static Distance Heteroscedastic { get; } = new HeteroscedasticDistance();

    /// <summary>Gets d = ‖f − y‖, the Euclidean norm of a vector.</summary>
    public static Distance Euclidean { get; } = new EuclideanDistance();

    /// <summary>Gets the name of the distance, with its parameter if it has one, such as <c>huber:1.5</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Gets the noise model that the distance implies. The default is <see cref="NoiseModel.Unknown"/>.
    /// </summary>
    public virtual NoiseModel Noise => NoiseModel.Unknown;

    /// <summary>
    /// Gets what observations are, which decides whether the likelihood is a density or a probability. The default is
    /// <see cref="ObservationKind.Number"/>, a density.
    /// </summary>
    public virtual ObservationKind Observation => ObservationKind.Number;

    /// <summary>Gets whether the cost is −log likelihood, up to what <see cref="LogLikelihood"/> adds.</summary>
    public bool IsLikelihood => Noise == NoiseModel.Likelihood;

    /// <summary>
    /// Gets whether a scale s of the noise is unknown and estimated together with θ. The default is false.
    /// </summary>
    public virtual bool HasScale => false;

    /// <summary>
    /// Gets whether how large the noise is is estimated from the samples, so that intervals use Student's t with n − k
    /// degrees of freedom. The default is true, except for likelihoods without a scale.
    /// </summary>
    public virtual bool EstimatesNoise => HasScale || !IsLikelihood;

    /// <summary>
    /// Gets whether the slope ∂d/∂f jumps at f = y and is constant on both sides, as that of |f − y|. Standard errors
    /// then come from the two slopes and from the density of the residuals near 0, and the corner is rounded while the
    /// minimum is searched. The default is false; where the slope is found to jump at a prediction although this is
    /// false, standard errors are refused.
    /// </summary>
    public virtual bool HasCorner => false;

    /// <summary>
    /// Gets whether each observed number is compared with one output of the model. False for a
    /// <see cref="VectorDistance"/>.
    /// </summary>
    public virtual bool IsElementwise => true;

    /// <summary>
    /// Gets whether the expected value of y is known from the outputs, one for each column of y. False for class
    /// labels. The default is true.
    /// </summary>
    public virtual bool HasMean => true;

    /// <summary>
    /// Gets the link g between the expected value of y and f, where the distance has one to choose; null, the default,
    /// where f is what y is compared with.
    /// </summary>
    public virtual Link? Link => null;

    /// <summary>
    /// Gets a distance whose minimum is a good start for this one, if this one is flat far from its minimum. The
    /// default is null.
    /// </summary>
    public virtual Distance? Preliminary => null;

    /// <summary>
    /// Returns ½ r² up to a threshold, and a straight line beyond it. Source: P. Huber, Annals of Mathematical
    /// Statistics 35 (1964).
    /// </summary>
    /// <param name="threshold">The threshold, more than 0, in units of y.</param>
    public static Distance Huber(double threshold = 1.345) => new HuberDistance(Positive(threshold));

    /// <summary>Returns t² (√(1 + (r/t)²) − 1), a smooth version of Huber's distance.</summary>
    /// <param name="threshold">t, more than 0, in units of y.</param>
    public static Distance PseudoHuber(double threshold = 1.345) => new PseudoHuberDistance(Positive(threshold));

    /// <summary>Returns ½ c² log(1 + (r/c)²).</summary>
    /// <param name="scale">c, more than 0, in units of y.</param>
    public static Distance Cauchy(double scale = 2.385) => new CauchyDistance(Positive(scale));

    /// <summary>Returns Tukey's biweight, c²/6 (1 − (1 − (r/c)²)³), which is constant beyond its threshold.</summary>
    /// <param name="threshold">c, more than 0, in units of y.</param>
    public static Distance Tukey(double threshold = 4.685) => new TukeyDistance(Positive(threshold));

    /// <summary>
    /// Returns the check function: τ (y − f) above f, (1 − τ) (f − y) below. Its minimum is the quantile τ.
    /// </summary>
    /// <param name="share">τ, between 0 and 1.</param>
    public static Distance Quantile(double share)
    {
        if (!(share > 0.0 && share < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A quantile lies between 0 and 1.");
        }

        return new QuantileDistance(share, $"quantile:{Text(share)}", 1.0);
    }

    /// <summary>Returns −log of Student's density about f whose scale is unknown and estimated with θ.</summary>
    /// <param name="degrees">The degrees of freedom ν, more than 0.</param>
    public static Distance StudentT(double degrees = 4.0) => new StudentDistance(Positive(degrees));

    /// <summary>
    /// Returns the distance of a name in <see cref="DistanceNames"/>, such as <c>squared</c> or <c>huber:1.5</c>.
    /// </summary>
    /// <param name="text">The name, and a number after a colon where the distance takes one.</param>
    /// <exception cref="FormatException">There is no such distance, or the number cannot be read.</exception>
    public static Distance Parse(string text) => DistanceNames.Parse(text);

    /// <summary>Returns the same distance with another link.</summary>
    /// <param name="link">The link.</param>
    /// <exception cref="NotSupportedException">The distance has no link.</exception>
    public virtual Distance WithLink(Link link) => throw new NotSupportedException(
        $"The distance '{Name}' compares y with the model itself and has no link: write the function into the "
        + "formula.");

    /// <summary>Returns d and its derivatives.</summary>
    /// <param name="predicted">f, one output.</param>
    /// <param name="observed">y, one number.</param>
    /// <param name="logScale">log s; 0 if the distance has no scale.</param>
    public abstract Expansion Expand(double predicted, double observed, double logScale);

    /// <summary>Returns the expected value of y, the inverse link of f. The default is f itself.</summary>
    /// <param name="predicted">f.</param>
    public virtual double Mean(double predicted) => predicted;

    /// <summary>
    /// Throws if a number cannot be an observation, such as a negative count. The default accepts every number.
    /// </summary>
    /// <param name="observed">y.</param>
    /// <exception cref="ArgumentException">The message says what would be right.</exception>
    public virtual void Check(double observed)
    {
    }

    /// <summary>
    /// Returns the greatest log likelihood that belongs to a cost; NaN if the distance stands for no density.
    /// </summary>
    /// <param name="cost">Σ w d.</param>
    /// <param name="samples">The number of observed numbers.</param>
    public virtual double LogLikelihood(double cost, int samples) => IsLikelihood ? -cost : double.NaN;

    /// <summary>
    /// Returns half the width of the interval about the mean that holds a new observation; NaN if no such width is
    /// known. The default is that of normal noise.
    /// </summary>
    /// <param name="level">The share of observations that the interval holds, between 0 and 1.</param>
    /// <param name="deviation">
    /// The standard deviation of the residuals, or the scale s where the distance has one.
    /// </param>
    /// <param name="predicted">f, all outputs of one sample.</param>
    public virtual double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) =>
        deviation * Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level));

    /// <summary>
    /// Draws an observation y about a prediction; NaN where the prediction gives none, such as a rate below 0. The
    /// default draws normal noise for a distance that stands for least squares, and refuses for others.
    /// </summary>
    /// <param name="predicted">f.</param>
    /// <param name="scale">
    /// The scale s where the distance has one, the standard deviation of the noise for least squares.
    /// </param>
    /// <param name="random">The source of random numbers.</param>
    /// <exception cref="NotSupportedException">The distance does not say how it draws.</exception>
    public virtual double Draw(double predicted, double scale, System.Random random) =>
        Noise == NoiseModel.LeastSquares
            ? Normal.Sample(random, predicted, scale)
            : throw new NotSupportedException(
                $"The distance '{Name}' does not say how observations are drawn: it has to override {nameof(Draw)}.");

    /// <summary>
    /// Returns the same distance with its corner rounded: within the width its slope changes evenly from one side's to
    /// the other's. The default works for every distance with a corner that has no scale; a distance without a corner
    /// returns itself.
    /// </summary>
    /// <param name="width">The width on either side of f = y, in units of y.</param>
    /// <exception cref="NotSupportedException">
    /// The distance has a corner and a scale, and does not override this method.
    /// </exception>
    public virtual Distance Rounded(double width) =>
        !HasCorner ? this
        : HasScale || !IsElementwise
            ? throw new NotSupportedException(
                $"The distance '{Name}' has a corner: it has to override {nameof(Rounded)}.")
        : new RoundedDistance(this, width);

    /// <summary>
    /// Returns a prediction f that suits an observation y, which the search for a start aims at. The default is y.
    /// </summary>
    /// <param name="observed">y.</param>
    public virtual double PredictionFor(double observed) => observed;

    /// <summary>Adds up d over the numbers of one sample.</summary>
    /// <param name="predicted">f, all outputs of the sample.</param>
    /// <param name="observed">y, all observed numbers of the sample.</param>
    /// <param name="logScale">log s; 0 if the distance has no scale.</param>
    /// <param name="slopes">Receives ∂d/∂f, one number an output.</param>
    /// <param name="scaleSlope">Receives ∂d/∂ log s.</param>
    /// <returns>d.</returns>
    public virtual double ExpandSample(
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> observed,
        double logScale,
        Span<double> slopes,
        out double scaleSlope)
    {
        double sum = 0.0;
        scaleSlope = 0.0;
        for (int k = 0; k < predicted.Length; k++)
        {
            Expansion expansion = Expand(predicted[k], observed[k], logScale);
            sum += expansion.Value;
            slopes[k] = expansion.Slope;
            scaleSlope += expansion.ScaleSlope;
        }

        return sum;
    }

    /// <summary>
    /// Adds up w d over numbers that are compared one by one with as many outputs. The default calls
    /// <see cref="Expand"/> for each; a distance that can take many at once overrides it.
    /// </summary>
    /// <param name="predicted">f of each number.</param>
    /// <param name="observed">y.</param>
    /// <param name="weights">w; empty for 1.</param>
    /// <param name="logScale">log s; 0 if the distance has no scale.</param>
    /// <param name="slopes">Receives w ∂d/∂f of each number.</param>
    /// <param name="scaleSlope">Receives Σ w ∂d/∂ log s.</param>
    /// <returns>Σ w d.</returns>
    public virtual double ExpandAll(
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> observed,
        ReadOnlySpan<double> weights,
        double logScale,
        Span<double> slopes,
        out double scaleSlope)
    {
        double sum = 0.0;
        scaleSlope = 0.0;
        for (int i = 0; i < predicted.Length; i++)
        {
            double weight = weights.IsEmpty ? 1.0 : weights[i];
            Expansion expansion = Expand(predicted[i], observed[i], logScale);
            sum += weight * expansion.Value;
            slopes[i] = weight * expansion.Slope;
            scaleSlope += weight * expansion.ScaleSlope;
        }

        return sum;
    }

    /// <summary>
    /// Returns why the noise that this distance stands for cannot give a number, though the distance takes it: of 1.5
    /// as a count the expected value can be fitted, and there is no likelihood. The default, null, is that it can.
    /// </summary>
    /// <param name="observed">y, a number that <see cref="Check(double)"/> takes.</param>
    /// <param name="weight">w of its sample: y may be the mean of as many observations; 1 where there are none.</param>
    public virtual string? WhyNotDrawn(double observed, double weight) => null;

    /// <summary>Throws if the observed numbers of a sample cannot be compared with the outputs of a model.</summary>
    /// <param name="observed">y, all observed numbers of one sample.</param>
    /// <param name="outputs">The number of outputs of the model.</param>
    /// <exception cref="ArgumentException">The message says what would be right.</exception>
    public virtual void Check(ReadOnlySpan<double> observed, int outputs)
    {
        if (observed.Length != outputs)
        {
            throw new ArgumentException(
                $"The model gives {outputs} numbers for a sample, and {observed.Length} were observed: the distance "
                + $"'{Name}' compares "
                + "them one by one.");
        }

        foreach (double number in observed)
        {
            Check(number);
        }
    }

    /// <summary>Writes the residuals of a sample, y minus its expected value.</summary>
    /// <param name="predicted">f, all outputs of the sample.</param>
    /// <param name="observed">y, all observed numbers of the sample.</param>
    /// <param name="residuals">One number for each observed one.</param>
    public virtual void Residuals(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> residuals)
    {
        for (int k = 0; k < residuals.Length; k++)
        {
            residuals[k] = observed[k] - Mean(predicted[k]);
        }
    }

    /// <summary>
    /// Whether f has an edge that a minimum can lie on, such as a rate of 0 where the link is the identity.
    /// </summary>
    internal virtual bool HasEdge => false;

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    /// <summary>The same distance with a logarithmic barrier before its edge.</summary>
    /// <param name="barrier">ε, the size of the barrier.</param>
    internal virtual Distance Inside(double barrier) => this;

    /// <summary>
    /// How far f lies above the edge, less than 0 above an upper one; infinite where y keeps it from the edge.
    /// </summary>
    /// <param name="predicted">f.</param>
    /// <param name="observed">y.</param>
    internal virtual double EdgeGap(double predicted, double observed) => double.PositiveInfinity;

    /// <summary>Weighs slopes where there are weights, and returns the sum of w d.</summary>
    private protected static double Weigh(ReadOnlySpan<double> weights, ReadOnlySpan<double> d, Span<double> slopes)
    {
        if (weights.IsEmpty)
        {
            return TensorPrimitives.Sum(d);
        }

        TensorPrimitives.Multiply(weights, slopes, slopes);
        return TensorPrimitives.Dot(weights, d);
    }

    internal static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static double Positive(double value) =>
        value > 0.0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The number must be more than 0.");

    /// <summary>Whether a number is whole, but for the rounding of a mean times the number that it is of.</summary>
    internal static bool IsWhole(double number)
    {
        const double Rounding = 1e-6;
        return Math.Abs(number - Math.Round(number)) <= Rounding * Math.Max(1.0, Math.Abs(number));
    }
}
