using Math4AI.Fitting.Distances;
using Math4AI.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// A <see cref="Distance"/> as the loss of a training, L = 1/N Σ d(f_i, y_i). The distance knows its own slopes: what
/// autograd is given is L + Σ ∂L/∂f (f − f₀), whose value and gradient at f₀ are those of L.
/// </summary>
public static class DistanceLoss
{
    /// <summary>Returns the loss as a function of outputs and targets, one row for each sample.</summary>
    /// <param name="distance">Any but those whose scale is unknown.</param>
    /// <exception cref="ArgumentException">
    /// The distance finds a scale together with θ, which a trainer does not.
    /// </exception>
    public static Func<Tensor, Tensor, Tensor> Of(Distance distance)
    {
        ArgumentNullException.ThrowIfNull(distance);
        return distance.HasScale
            ? throw new ArgumentException(
                $"The scale of the distance '{distance.Name}' is found with the parameters of a fit: for a trainer, "
                + "take heteroscedastic, or one without a scale.",
                nameof(distance))
            : (outputs, targets) => Loss(distance, outputs, targets);
    }

    private static Tensor Loss(Distance distance, Tensor outputs, Tensor targets)
    {
        int samples = (int)outputs.shape[0];
        double[] f = Numbers(outputs), y = Numbers(targets), slopes = new double[f.Length];
        double sum = Sum(distance, f, y, slopes, samples);
        Tensor slope = tensor(Array.ConvertAll(slopes, value => (float)(value / samples))).reshape(outputs.shape);
        Tensor line = (outputs * slope).sum();
        return line - line.detach() + sum / samples;
    }

    private static double Sum(Distance distance, double[] f, double[] y, double[] slopes, int samples)
    {
        int outputs = f.Length / samples, targets = y.Length / samples;
        double sum = 0.0;
        for (int i = 0; i < samples; i++)
        {
            ReadOnlySpan<double> observed = y.AsSpan(i * targets, targets);
            distance.Check(observed, outputs);
            sum += distance.ExpandSample(
                f.AsSpan(i * outputs, outputs), observed, 0.0, slopes.AsSpan(i * outputs, outputs), out _);
        }

        return sum;
    }

    private static double[] Numbers(Tensor values)
    {
        using Tensor flat = values.detach().to_type(ScalarType.Float64).flatten();
        return flat.data<double>().ToArray();
    }
}
