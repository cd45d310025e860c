using System.Globalization;
using System.Numerics.Tensors;

namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = −y log p − (1 − y) log(1 − p) with the probability p = g⁻¹(f), for the log-odds f log(1 + e^f) − y f; infinite
/// where p is no probability. Its curvature is the expected one, (dp/df)²/(p(1 − p)).
/// </summary>
internal sealed class BinaryCrossEntropyDistance(Link link, double barrier = 0.0) : Distance
{
    private const double Least = 1e-100;

    // Where the search for a start aims at, of a class that was observed.
    private const double Sure = 0.88;

    // Numbers that are taken at once, so that what lies between stays in the cache.
    private const int Block = 256;

    public override string Name => link == Link.Logit ? "logistic" : $"logistic:{link.Name}";

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override ObservationKind Observation => ObservationKind.Class;

    public override Link Link => link;

    public override Distance WithLink(Link other) => new BinaryCrossEntropyDistance(other);

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        if (link == Link.Logit)
        {
            double tail = Math.Exp(-Math.Abs(predicted));
            double odds = predicted >= 0.0 ? 1.0 / (1.0 + tail) : tail / (1.0 + tail);
            return new Expansion(
                Math.Max(predicted, 0.0) - observed * predicted + double.LogP1(tail),
                odds - observed,
                tail / ((1.0 + tail) * (1.0 + tail)));
        }

        if (barrier > 0.0 && observed is 0.0 or 1.0 && double.IsFinite(predicted))
        {
            return WithBarrier(predicted, observed);
        }

        double share = link.Mean(predicted), slope = link.Slope(predicted);
        if (!(share >= 0.0 && share <= 1.0) || (share == 0.0 && observed > 0.0) || (share == 1.0 && observed < 1.0))
        {
            return new Expansion(double.PositiveInfinity, 0.0, 0.0);
        }

        double yes = observed > 0.0 ? observed * Math.Log(share) : 0.0;
        double no = observed < 1.0 ? (1.0 - observed) * double.LogP1(-share) : 0.0;
        double variance = Math.Max(share * (1.0 - share), Least);

        // Also where p is 0 or 1, on the edge.
        double pull = observed == 0.0 ? 1.0 / (1.0 - share)
            : observed == 1.0 ? -1.0 / share
            : (share - observed) / variance;
        return new Expansion(-yes - no, slope * pull, slope * slope / variance);
    }

    public override double ExpandAll(
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> observed,
        ReadOnlySpan<double> weights,
        double logScale,
        Span<double> slopes,
        out double scaleSlope)
    {
        if (link != Link.Logit)
        {
            return base.ExpandAll(predicted, observed, weights, logScale, slopes, out scaleSlope);
        }

        Span<double> workspace = stackalloc double[Block];
        double sum = 0.0;
        for (int first = 0; first < predicted.Length; first += Block)
        {
            int count = Math.Min(Block, predicted.Length - first);
            ReadOnlySpan<double> f = predicted.Slice(first, count), y = observed.Slice(first, count);
            Span<double> d = workspace[..count], slope = slopes.Slice(first, count);

            // log(1 + e^f) = max(f, 0) + log(1 + e^−|f|), which does not overflow.
            TensorPrimitives.Abs(f, d);
            TensorPrimitives.Negate<double>(d, d);
            TensorPrimitives.Exp<double>(d, d);
            TensorPrimitives.LogP1<double>(d, d);
            TensorPrimitives.Max(f, 0.0, slope);
            TensorPrimitives.Add<double>(d, slope, d);
            TensorPrimitives.Multiply(y, f, slope);
            TensorPrimitives.Subtract<double>(d, slope, d);
            TensorPrimitives.Sigmoid(f, slope);
            TensorPrimitives.Subtract(slope, y, slope);
            sum += Weigh(weights.IsEmpty ? [] : weights.Slice(first, count), d, slope);
        }

        scaleSlope = 0.0;
        return sum;
    }

    internal override bool HasEdge => link == Link.Identity;

    internal override Distance Inside(double size) => HasEdge ? new BinaryCrossEntropyDistance(link, size) : this;

    internal override double EdgeGap(double predicted, double observed) =>
        !HasEdge ? double.PositiveInfinity
        : observed == 0.0 ? predicted
        : observed == 1.0 ? predicted - 1.0
        : double.PositiveInfinity;

    public override double Mean(double predicted) => link.Mean(predicted);

    public override double PredictionFor(double observed) => link.Predict(Math.Clamp(observed, 1.0 - Sure, Sure));

    public override double Draw(double predicted, double scale, System.Random random)
    {
        double uniform = random.NextDouble(), share = link.Mean(predicted);
        return share is >= 0.0 and <= 1.0 ? uniform < share ? 1.0 : 0.0 : double.NaN;
    }

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) => double.NaN;

    /// <summary>−log of the probability of the class that was observed, with a barrier where it is 1.</summary>
    private Expansion WithBarrier(double predicted, double observed)
    {
        double sign = observed == 0.0 ? 1.0 : -1.0, other = observed == 0.0 ? predicted : 1.0 - predicted;
        return other < 1.0
            ? EdgeBarrier.Add(
                new Expansion(-double.LogP1(-other), sign / (1.0 - other), 1.0 / ((1.0 - other) * (1.0 - other))),
                other, sign, barrier)
            : new Expansion(double.PositiveInfinity, 0.0, 0.0);
    }

    public override string? WhyNotDrawn(double observed, double weight) =>
        IsWhole(observed) || IsWhole(observed * weight) ? null
        : string.Create(CultureInfo.InvariantCulture, $"{observed:R} is neither 0 nor 1, the two classes");

    public override void Check(double observed)
    {
        if (!(observed >= 0.0 && observed <= 1.0))
        {
            throw new ArgumentException(
                $"{observed} is no class or probability: the logistic distance takes values from 0 to 1.");
        }
    }
}
