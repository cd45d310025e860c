using System.Numerics.Tensors;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// How the variance of the noise depends on the inputs as the kernel takes them: σ²(x) = σ² exp(u·x); without slopes it
/// is the same everywhere.
/// </summary>
/// <param name="Variance">σ², that where the inputs are 0.</param>
/// <param name="Slopes">u, one number an input, or none.</param>
internal sealed record NoiseLaw(double Variance, double[] Slopes)
{
    /// <summary>Makes it from (log σ², u).</summary>
    public static NoiseLaw Of(ReadOnlySpan<double> parameters) =>
        new(Positive.Exponentials(parameters[..1])[0], parameters[1..].ToArray());

    /// <summary>Checks slopes where a search begins: one number an input; none where the noise does not vary.</summary>
    /// <exception cref="ArgumentException">Their number is another, or one is not finite.</exception>
    public static double[] Check(IReadOnlyList<double>? slopes, int inputs)
    {
        double[] found = [.. slopes ?? []];
        return slopes is null || (found.Length == inputs && TensorPrimitives.IsFiniteAll<double>(found))
            ? found
            : throw new ArgumentException(
                $"There are {found.Length} slopes of the noise for {inputs} inputs: one finite number an input is "
                + "needed.",
                nameof(slopes));
    }

    /// <summary>Gets how it depends on the inputs, for a summary; empty where it does not.</summary>
    public string OfInputs =>
        Slopes.Length == 0 ? string.Empty : $" at the mean, slopes of log σ² {Positive.Text(Slopes)}";

    /// <summary>Computes σ²(x) of each sample.</summary>
    public double[] At(KernelSamples samples)
    {
        double[] values = new double[samples.Count];
        if (Slopes.Length == 0)
        {
            Array.Fill(values, Variance);
            return values;
        }

        Array.Fill(values, Math.Log(Variance));
        for (int input = 0; input < Slopes.Length; input++)
        {
            TensorPrimitives.MultiplyAdd(samples.Column(input), Slopes[input], values, values);
        }

        return Positive.Exponentials(values);
    }

    /// <summary>
    /// Adds Σ_i s_i ∂ log σ²(x_i) with respect to (log σ², u) to a gradient, where s_i is the slope with respect to log
    /// σ² of a sample.
    /// </summary>
    public void AddGradient(KernelSamples samples, ReadOnlySpan<double> slopes, Span<double> gradient)
    {
        gradient[0] += TensorPrimitives.Sum(slopes);
        for (int input = 0; input < Slopes.Length; input++)
        {
            gradient[1 + input] += TensorPrimitives.Dot(slopes, samples.Column(input));
        }
    }
}
