using System.Numerics.Tensors;
using Math4AI.Probability;
using Math4AI.Runtime;
using MathNet.Numerics.Interpolation;

namespace Math4AI.Separation.Information;

/// <summary>
/// Computes the entropy of y = cos θ · z₁ + sin θ · z₂ over all directions θ of two white signals: for any density, and
/// for the best symmetric one.
/// </summary>
internal sealed class EntropyCurve
{
    /// <summary>The number of directions that are scanned, over half a turn.</summary>
    private const int Scanned = 60;

    /// <summary>The number of directions of the curves.</summary>
    public const int Directions = 240;

    // Each part of the scan starts from scratch, so that the curves do not depend on the number of threads.
    private const int Parts = 4;

    private readonly bool hasSymmetric;
    private readonly int processes;
    private readonly TiltedDensity[] densities;
    private readonly TiltedDensity[] symmetricDensities;

    /// <summary>Creates the workspace.</summary>
    /// <param name="processes">1 or 2, as <see cref="TiltedDensity"/> has it.</param>
    /// <param name="hasSymmetric">Whether the curve of symmetric densities is wanted.</param>
    public EntropyCurve(int processes, bool hasSymmetric)
    {
        this.processes = processes;
        this.hasSymmetric = hasSymmetric;
        densities = [.. Enumerable.Range(0, Parts).Select(_ => new TiltedDensity(isSymmetric: false, this.processes))];
        symmetricDensities =
            [.. Enumerable.Range(0, Parts).Select(_ => new TiltedDensity(isSymmetric: true, this.processes))];
    }

    /// <summary>Gets H for any density, at <see cref="Directions"/> directions from 0 to π.</summary>
    public double[] Any { get; private set; } = [];

    /// <summary>Gets H for the best symmetric density.</summary>
    public double[] Symmetric { get; private set; } = [];

    /// <summary>Scans two white signals.</summary>
    public void Scan(double[] first, double[] second)
    {
        double[] any = new double[Scanned], symmetric = new double[Scanned];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads };
        Parallel.For(0, Parts, options, part =>
        {
            double[] projected = new double[first.Length], counts = new double[TiltedDensity.Stride];
            var histogram = new LinearHistogram(-TiltedDensity.Reach, TiltedDensity.BinWidth, TiltedDensity.Bins);
            densities[part].Reset();
            symmetricDensities[part].Reset();
            for (int direction = Scanned * part / Parts; direction < Scanned * (part + 1) / Parts; direction++)
            {
                (double sine, double cosine) = Math.SinCos(direction * Math.PI / Scanned);
                TensorPrimitives.Multiply(first, cosine, projected);
                TensorPrimitives.MultiplyAdd(second, sine, projected, projected);
                Array.Clear(counts);
                histogram.Add(projected);
                histogram.MoveTo(counts);
                any[direction] = densities[part].Entropy(counts, projected.Length);
                if (hasSymmetric)
                {
                    symmetric[direction] = symmetricDensities[part].Entropy(counts, projected.Length);
                }
            }
        });
        Any = Refine(any);
        Symmetric = hasSymmetric ? Refine(symmetric) : [];
    }

    /// <summary>Interpolates the scanned directions by a periodic cubic spline.</summary>
    private static double[] Refine(double[] curve)
    {
        const int Margin = 6;
        double[] x = [.. Enumerable.Range(-Margin, Scanned + 2 * Margin + 1).Select(i => (double)i)];
        double[] y = [.. x.Select(i => curve[((int)i % Scanned + Scanned) % Scanned])];
        CubicSpline spline = CubicSpline.InterpolateNatural(x, y);
        return [.. Enumerable.Range(0, Directions).Select(i => spline.Interpolate(i * (double)Scanned / Directions))];
    }
}
