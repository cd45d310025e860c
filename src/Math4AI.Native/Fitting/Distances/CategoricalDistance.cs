namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = log Σ_c e^(f_c) − f_y: f are log-odds of the classes 0 … n − 1, up to a common constant, and y is a class.
/// </summary>
internal sealed class CategoricalDistance : VectorDistance
{
    public override string Name => "categorical";

    public override NoiseModel Noise => NoiseModel.Likelihood;

    public override ObservationKind Observation => ObservationKind.Class;

    public override bool HasMean => false;

    public override double Expand(ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> slopes)
    {
        double largest = double.NegativeInfinity, sum = 0.0;
        foreach (double value in predicted)
        {
            largest = Math.Max(largest, value);
        }

        for (int c = 0; c < predicted.Length; c++)
        {
            slopes[c] = Math.Exp(predicted[c] - largest);
            sum += slopes[c];
        }

        for (int c = 0; c < predicted.Length; c++)
        {
            slopes[c] /= sum;
        }

        int own = (int)observed[0];
        slopes[own] -= 1.0;
        return largest + Math.Log(sum) - predicted[own];
    }

    public override void Check(ReadOnlySpan<double> observed, int outputs)
    {
        if (observed.Length != 1 || outputs < 2
            || !(observed[0] >= 0.0 && observed[0] < outputs && observed[0] == Math.Floor(observed[0])))
        {
            throw new ArgumentException(
                $"The categorical distance takes one class a sample, a whole number from 0 to {outputs - 1}, and a "
                + "model with one output for each class, two or more; "
                + $"{(observed.Length == 1 ? $"{observed[0]} is none" : $"there are {observed.Length} numbers")}.");
        }
    }

    public override double NoiseWidth(double level, double deviation, ReadOnlySpan<double> predicted) => double.NaN;

    /// <summary>1 − p_y.</summary>
    public override void Residuals(
        ReadOnlySpan<double> predicted, ReadOnlySpan<double> observed, Span<double> residuals)
    {
        double[] slopes = new double[predicted.Length];
        Expand(predicted, observed, slopes);
        residuals[0] = -slopes[(int)observed[0]];
    }
}
