namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = ‖f − y‖, the Euclidean norm without its square: one number far off counts by its distance alone. Within a width
/// w of 0 its corner may be rounded, √(‖f − y‖² + w²) − w.
/// </summary>
internal sealed class EuclideanDistance(double width = 0.0) : VectorDistance
{
    public override string Name => "euclidean";

    public override bool HasCorner => width == 0.0;

    public override double Expand(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> slopes)
    {
        double sum = width * width;
        for (int i = 0; i < predicted.Length; i++)
        {
            slopes[i] = predicted[i] - observed[i];
            sum += slopes[i] * slopes[i];
        }

        double norm = Math.Sqrt(sum);
        for (int i = 0; i < predicted.Length; i++)
        {
            slopes[i] = norm > 0.0 ? slopes[i] / norm : 0.0;
        }

        return norm - width;
    }

    public override void Check(ReadOnlySpan<double> observed, int outputs)
    {
        if (observed.Length != outputs)
        {
            throw new ArgumentException(
                $"The Euclidean distance takes as many outputs as observed numbers; the model gives {outputs}, and "
                + $"{observed.Length} were observed.");
        }
    }

    public override void Residuals(
        ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> residuals)
    {
        for (int i = 0; i < residuals.Length; i++)
        {
            residuals[i] = observed[i] - predicted[i];
        }
    }

    public override Distance Rounded(double width) => new EuclideanDistance(width);
}
