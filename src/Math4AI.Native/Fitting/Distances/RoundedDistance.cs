namespace Math4AI.Fitting.Distances;

/// <summary>
/// A distance whose slope is constant on both sides of a corner at f = y, with the corner rounded: within a width the
/// slope changes evenly from one side's to the other's.
/// </summary>
internal sealed class RoundedDistance(Distance distance, double width) : Distance
{
    private const double Beyond = 1e-6;

    public override string Name => distance.Name;

    public override NoiseModel Noise => distance.Noise;

    public override ObservationKind Observation => distance.Observation;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        if (Math.Abs(residual) >= width)
        {
            return distance.Expand(predicted, observed, logScale);
        }

        // The slopes beside the corner are the same at any distance from it: as far away as y + reach can be told from
        // y.
        double reach = Math.Max(width, Beyond * Math.Abs(observed)), right = observed + reach;
        Expansion above = distance.Expand(right, observed, logScale);
        double below = distance.Expand(observed - reach, observed, logScale).Slope;
        double bend = (above.Slope - below) / (2.0 * width), slope = below + bend * (residual + width);
        double edge = above.Value - above.Slope * (right - observed - width);
        return new Expansion(edge - 0.5 * (above.Slope + slope) * (width - residual), slope, bend);
    }

    public override double Mean(double predicted) => distance.Mean(predicted);

    public override void Check(double observed) => distance.Check(observed);
}
