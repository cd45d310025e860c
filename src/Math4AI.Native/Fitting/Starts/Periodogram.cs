using System.Numerics;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;
using Vector = MathNet.Numerics.LinearAlgebra.Vector<double>;

namespace Math4AI.Fitting.Starts;

/// <summary>
/// The frequencies that stand out in samples, evenly spaced or not: peaks of the Lomb–Scargle periodogram of what a
/// straight line leaves, and after each of them those of what it leaves too. The sums over samples come from one
/// Fourier transform, onto whose grid the samples are shared out. Sources: J. Scargle, Astrophysical Journal 263
/// (1982); W. Press and G. Rybicki, Astrophysical Journal 338 (1989).
/// </summary>
internal sealed class Periodogram
{
    // Points of the spectrum for one over the length of the samples.
    private const int Oversampling = 5;

    // Points of the grid that samples are shared out to, for the shortest period.
    private const int Fineness = 8;
    private const int MaxGrid = 1 << 22;

    // Frequencies that uneven samples may tell beyond the mean Nyquist frequency.
    private const double BeyondNyquist = 5.0;

    private readonly double[] x;
    private readonly double[] y;
    private readonly double first;
    private readonly double length;
    private readonly int cells;
    private readonly double spacing;

    /// <param name="x">Where the samples are taken.</param>
    /// <param name="y">The samples.</param>
    public Periodogram(double[] x, double[] y)
    {
        (this.x, this.y) = (x, y);
        (first, length) = (x.Min(), x.Max() - x.Min());
        (bool isEven, double nyquist) = Sampling.Of(x);
        Limit = isEven ? nyquist : BeyondNyquist * nyquist;
        double wanted = Oversampling * length * Limit * Fineness / (2.0 * Math.PI);
        cells = wanted < MaxGrid ? (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16.0, wanted)) : 0;
        spacing = cells > 0 ? Oversampling * length / cells : 0.0;
    }

    /// <summary>
    /// The largest frequency that is looked at, in radians per unit of x; of evenly spaced samples Nyquist's.
    /// </summary>
    public double Limit { get; }

    /// <summary>How far apart two frequencies are that the samples can just tell apart.</summary>
    public double Resolution => 2.0 * Math.PI / length;

    /// <summary>
    /// The frequencies in radians per unit of x, the most striking ones first; empty for too many samples.
    /// </summary>
    /// <param name="rounds">How often the strongest one is taken off.</param>
    /// <param name="each">How many peaks are kept of each round.</param>
    public List<double> Peaks(int rounds, int each)
    {
        var found = new List<double>();
        if (cells == 0 || Limit == 0.0)
        {
            return found;
        }

        var removed = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            double[] peaks = Highest(Power(Residuals(removed)), each);
            if (peaks.Length == 0)
            {
                break;
            }

            removed.Add(peaks[0]);
            found.AddRange(peaks.Where(peak => found.All(other => Math.Abs(other - peak) > 0.5 * Resolution)));
        }

        return found;
    }

    private double[] Highest(double[] power, int count)
    {
        double bin = 2.0 * Math.PI / (Oversampling * length);
        int[] peaks =
        [
            .. Enumerable.Range(1, Math.Max(0, power.Length - 2))
                .Where(k => power[k] > power[k - 1] && power[k] >= power[k + 1] && power[k] > 0.0)
                .OrderByDescending(k => power[k]).Take(count),
        ];
        return [.. peaks.Select(k => bin * (k + Summit(power[k - 1], power[k], power[k + 1])))];
    }

    /// <summary>Where between three values a parabola through them is highest.</summary>
    private static double Summit(double left, double middle, double right) =>
        0.5 * (left - right) / (left - 2.0 * middle + right);

    /// <summary>|Σ r e^(iωx)|² for ω = 0, 1, 2, … bins up to the limit.</summary>
    private double[] Power(double[] residuals)
    {
        var grid = new Complex[cells];
        for (int i = 0; i < x.Length; i++)
        {
            double place = (x[i] - first) / spacing;
            int cell = (int)place;
            grid[cell] += (1.0 - (place - cell)) * residuals[i];
            grid[(cell + 1) % cells] += (place - cell) * residuals[i];
        }

        Fourier.Forward(grid, FourierOptions.NoScaling);
        int bins = Math.Min(cells / 2, (int)(Limit * Oversampling * length / (2.0 * Math.PI)) + 2);
        return [.. grid.Take(bins).Select(value => value.Real * value.Real + value.Imaginary * value.Imaginary)];
    }

    /// <summary>What a straight line and waves of these frequencies leave.</summary>
    private double[] Residuals(List<double> frequencies)
    {
        Matrix<double> columns = Matrix<double>.Build.Dense(x.Length, 2 + 2 * frequencies.Count, (i, j) =>
        {
            double at = x[i] - first;
            return j == 0 ? 1.0 : j == 1 ? at / length
                : j % 2 == 0 ? Math.Cos(frequencies[j / 2 - 1] * at) : Math.Sin(frequencies[j / 2 - 1] * at);
        });
        Vector wanted = Vector.Build.Dense(y);
        return columns.RowCount < columns.ColumnCount
            ? y
            : (wanted - columns * columns.TransposeThisAndMultiply(columns).Svd()
                .Solve(columns.TransposeThisAndMultiply(wanted))).ToArray();
    }
}
