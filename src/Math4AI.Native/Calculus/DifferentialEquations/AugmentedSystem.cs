namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>
/// The states together with their sensitivities S = ∂y/∂θ: z = (y, S), dS/dt = ∂f/∂y S + ∂f/∂θ, column after column. It
/// measures the error of a step in units of the tolerance.
/// </summary>
internal sealed class AugmentedSystem
{
    private const double OfPeak = 1e-3;
    private const double OfColumn = 1e-6;
    private const double OfLargest = 1e-12;

    private readonly OdeSystem system;
    private readonly OdeOptions options;
    private readonly double[] byState;
    private readonly double[] byParameter;
    private readonly double[] peaks;
    private readonly double[] columnPeaks;
    private double largestPeak;

    public AugmentedSystem(OdeSystem system, int parameters, OdeOptions options)
    {
        this.system = system;
        this.options = options;
        States = system.States;
        Columns = 1 + parameters;
        byState = new double[States * States];
        byParameter = new double[States * parameters];
        peaks = new double[Length];
        columnPeaks = new double[Columns];
    }

    public int States { get; }

    /// <summary>Gets the number of columns of z: y, and S for each parameter.</summary>
    public int Columns { get; }

    public int Length => States * Columns;

    /// <summary>Gets ∂f/∂y of the last call of <see cref="Linearize"/>, column after column.</summary>
    public ReadOnlySpan<double> Jacobian => byState;

    /// <summary>Computes dz/dt; returns whether it is finite.</summary>
    public bool Slope(double time, ReadOnlySpan<double> z, Span<double> slope)
    {
        if (Columns == 1)
        {
            system.Slope(time, z, slope);
        }
        else
        {
            Linearize(time, z, slope);
        }

        return System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<double>(slope);
    }

    /// <summary>Computes dz/dt and ∂f/∂y.</summary>
    public void Linearize(double time, ReadOnlySpan<double> z, Span<double> slope)
    {
        int n = States;
        system.Linearize(time, z[..n], slope[..n], byState, byParameter);
        for (int column = 1; column < Columns; column++)
        {
            ReadOnlySpan<double> of = z.Slice(column * n, n);
            Span<double> target = slope.Slice(column * n, n);
            byParameter.AsSpan((column - 1) * n, n).CopyTo(target);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < n; i++)
                {
                    target[i] += byState[j * n + i] * of[j];
                }
            }
        }
    }

    /// <summary>Records the largest size that every component of z has had.</summary>
    public void Remember(ReadOnlySpan<double> z)
    {
        for (int i = 0; i < z.Length; i++)
        {
            peaks[i] = Math.Max(peaks[i], Math.Abs(z[i]));
            largestPeak = i < States ? Math.Max(largestPeak, peaks[i]) : largestPeak;
        }

        for (int column = 1; column < Columns; column++)
        {
            for (int i = 0; i < States; i++)
            {
                double ratio = peaks[i] > 0.0 ? peaks[column * States + i] / peaks[i] : 0.0;
                columnPeaks[column] = Math.Max(columnPeaks[column], ratio);
            }
        }
    }

    /// <summary>
    /// Returns the root mean square of error / tolerance over the states: up to 1 the step is accepted. The
    /// sensitivities do not control the step, as in CVODES: at their beginning, where they grow with a power of time,
    /// no step is short enough for an error relative to their size.
    /// </summary>
    public double Norm(ReadOnlySpan<double> error, ReadOnlySpan<double> before, ReadOnlySpan<double> after) =>
        ColumnNorm(0, error, before, after);

    /// <summary>Returns the largest of these norms over the states and every column of the sensitivities.</summary>
    public double NormOfAll(ReadOnlySpan<double> error, ReadOnlySpan<double> before, ReadOnlySpan<double> after)
    {
        double largest = 0.0;
        for (int column = 0; column < Columns; column++)
        {
            largest = Math.Max(largest, ColumnNorm(column, error, before, after));
        }

        return largest;
    }

    private double ColumnNorm(
        int column, ReadOnlySpan<double> error, ReadOnlySpan<double> before, ReadOnlySpan<double> after)
    {
        double sum = 0.0;
        for (int i = 0; i < States; i++)
        {
            int at = column * States + i;
            double allowed = Allowed(column, i, Math.Max(Math.Abs(before[at]), Math.Abs(after[at])));
            double ratio = allowed > 0.0 ? error[at] / allowed : error[at] == 0.0 ? 0.0 : double.PositiveInfinity;
            sum += ratio * ratio;
        }

        return double.IsNaN(sum) ? double.PositiveInfinity : Math.Sqrt(sum / States);
    }

    private double Allowed(int column, int i, double size)
    {
        double relative = options.RelativeTolerance, peak = OfPeak * peaks[column * States + i];
        return column > 0 ? relative * Math.Max(Math.Max(size, peak), OfColumn * columnPeaks[column] * peaks[i])
            : options.AbsoluteTolerance is { } absolute ? relative * size + absolute
            : relative * Math.Max(Math.Max(size, peak), OfLargest * largestPeak);
    }
}
