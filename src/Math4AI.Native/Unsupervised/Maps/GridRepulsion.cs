using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// The forces that push all points of a map apart, in a time that grows with the points and with the area of the map
/// instead of with the pairs. Between the nodes of a square grid the force of one point on another is a cubic spline;
/// so the points are spread over nodes, the forces between nodes are one convolution by Fourier transforms, and those
/// on the points are gathered from their nodes. Sources: G. Linderman, M. Rachh, J. Hoskins, S. Steinerberger, Y.
/// Kluger, "Fast interpolation-based t-SNE for improved visualization of single-cell RNA-seq data", Nature Methods 16
/// (2019), which interpolates by polynomials; the splines: U. Essmann et al., "A smooth particle mesh Ewald method", J.
/// Chem. Phys. 103 (1995).
/// </summary>
internal sealed class GridRepulsion : IRepulsion
{
    // A cubic spline reaches four nodes along each axis.
    private const int Support = 4;
    private const int MinNodes = 64;
    private const int MaxNodes = 2048;

    // The force changes its course within about 1; finer grids add time and no digit that a map shows.
    private const float MaxSpacing = 0.4f;

    private const float MinWidth = 1e-30f;

    // The map may grow so far before a new grid is made.
    private const float Room = 1.25f;

    // A spline of the periodic grid feels the jump where it closes; it decays by 0.27 a node.
    private const int Margin = 16;

    private readonly int count;
    private readonly int[] corners;
    private readonly float[] across;
    private readonly float[] up;
    private int nodes;
    private int side;
    private float spacing;
    private float[] likeness = [];
    private Complex32[] slopes = [];
    private Complex32[] grid = [];

    /// <summary>Prepares the sums.</summary>
    /// <param name="count">The number of points.</param>
    public GridRepulsion(int count)
    {
        this.count = count;
        corners = new int[count];
        (across, up) = (new float[Support * count], new float[Support * count]);
    }

    /// <summary>Gets whether Fourier transforms of two dimensions are there; managed ones are not.</summary>
    public static bool IsAvailable => Compute.HasMkl && Compute.Provider != LinearAlgebraBackend.Managed;

    /// <inheritdoc/>
    public double Push(ReadOnlySpan<float> positions, float[] forces)
    {
        Place(positions[..count], positions.Slice(count, count));
        Spread();
        Fourier.ForwardMultiDim(grid, [side, side], FourierOptions.NoScaling);
        double sum = Convolve();
        Fourier.InverseMultiDim(grid, [side, side], FourierOptions.NoScaling);
        Gather(forces);
        return sum - count;
    }

    /// <summary>Finds the nodes of each point and how far each takes part.</summary>
    private void Place(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float left = TensorPrimitives.Min(x), below = TensorPrimitives.Min(y);
        float width = Math.Max(TensorPrimitives.Max(x) - left, TensorPrimitives.Max(y) - below);
        float held = (nodes - Support) * spacing;
        if (nodes == 0 || width > held || width < 0.5f * held)
        {
            Prepare(Math.Max(width, MinWidth));
        }

        for (int i = 0; i < count; i++)
        {
            int column = Weigh((x[i] - left) / spacing, across.AsSpan(Support * i, Support));
            corners[i] = column + side * Weigh((y[i] - below) / spacing, up.AsSpan(Support * i, Support));
        }
    }

    /// <summary>The cubic B-spline at four nodes around a place; returns the first of them.</summary>
    private static int Weigh(float place, Span<float> weights)
    {
        int first = (int)place;
        float t = place - first, rest = 1.0f - t, square = t * t, cube = square * t;
        weights[0] = rest * rest * rest / 6.0f;
        weights[1] = (3.0f * cube - 6.0f * square + 4.0f) / 6.0f;
        weights[2] = (-3.0f * cube + 3.0f * square + 3.0f * t + 1.0f) / 6.0f;
        weights[3] = cube / 6.0f;
        return first;
    }

    private void Spread()
    {
        Array.Clear(grid);
        Span<float> charges = MemoryMarshal.Cast<Complex32, float>(grid.AsSpan());
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> columns = across.AsSpan(Support * i, Support);
            for (int row = 0; row < Support; row++)
            {
                Span<float> line = charges.Slice(2 * (corners[i] + row * side), 2 * Support);
                float weight = up[Support * i + row];
                for (int column = 0; column < Support; column++)
                {
                    line[2 * column] += weight * columns[column];
                }
            }
        }
    }

    /// <summary>Multiplies by the spectra between nodes; returns Σ q over all pairs, by Parseval's theorem.</summary>
    private double Convolve()
    {
        double[] sums = new double[side];
        int parts = Math.Min(Team.Size, side);
        Team.Run(parts, part =>
        {
            (int first, int length) = Team.Part(side, part, parts);
            for (int row = first; row < first + length; row++)
            {
                for (int k = row * side; k < (row + 1) * side; k++)
                {
                    sums[row] += (double)grid[k].MagnitudeSquared * likeness[k];
                    grid[k] *= slopes[k];
                }
            }
        });
        return sums.Sum();
    }

    private void Gather(float[] forces)
    {
        int parts = Math.Min(Team.Size, count);
        Team.Run(parts, part =>
        {
            (int first, int length) = Team.Part(count, part, parts);
            for (int i = first; i < first + length; i++)
            {
                (float x, float y) = (0.0f, 0.0f);
                for (int row = 0; row < Support; row++)
                {
                    ReadOnlySpan<Complex32> line = grid.AsSpan(corners[i] + row * side, Support);
                    for (int column = 0; column < Support; column++)
                    {
                        float weight = up[Support * i + row] * across[Support * i + column];
                        x += weight * line[column].Real;
                        y += weight * line[column].Imaginary;
                    }
                }

                (forces[i], forces[count + i]) = (x, y);
            }
        });
    }

    /// <summary>Makes a grid for a map of some width, and the spectra of what its nodes do to one another.</summary>
    private void Prepare(float width)
    {
        float wide = Room * width;
        nodes = Math.Clamp(Support + (int)Math.Ceiling(wide / MaxSpacing), MinNodes, MaxNodes);
        spacing = wide / (nodes - Support);
        int length = Smooth(2 * nodes + Margin);
        if (length != side)
        {
            side = length;
            (grid, slopes) = (new Complex32[side * side], new Complex32[side * side]);
            likeness = new float[side * side];
        }

        double[] spline = [.. Enumerable.Range(0, side).Select(k => (2.0 + Math.Cos(2.0 * Math.PI * k / side)) / 3.0)];
        Fill((_, _, square) => new Complex32((float)(1.0 / (1.0 + square)), 0.0f), grid);
        Fill((dx, dy, square) =>
        {
            double likely = 1.0 / (1.0 + square) / (1.0 + square);
            return new Complex32((float)(dx * likely), (float)(dy * likely));
        }, slopes);
        for (int row = 0; row < side; row++)
        {
            for (int column = 0; column < side; column++)
            {
                int k = row * side + column;
                double factor = Math.Pow(spline[row] * spline[column], -2.0) / side / side;
                likeness[k] = (float)(factor * grid[k].Real);
                slopes[k] *= (float)factor;
            }
        }
    }

    /// <summary>The spectrum of a function of the way from node to node.</summary>
    private void Fill(Func<double, double, double, Complex32> of, Complex32[] spectrum)
    {
        double Way(int k) => spacing * (2 * k < side ? k : k - side);
        for (int row = 0; row < side; row++)
        {
            for (int column = 0; column < side; column++)
            {
                (double dx, double dy) = (Way(column), Way(row));
                spectrum[row * side + column] = of(dx, dy, dx * dx + dy * dy);
            }
        }

        Fourier.ForwardMultiDim(spectrum, [side, side], FourierOptions.NoScaling);
    }

    /// <summary>The first even number from some length on that has no prime factor above 5.</summary>
    private static int Smooth(int length)
    {
        for (int even = length + length % 2; ; even += 2)
        {
            int rest = even;
            foreach (int prime in (ReadOnlySpan<int>)[2, 3, 5])
            {
                while (rest % prime == 0)
                {
                    rest /= prime;
                }
            }

            if (rest == 1)
            {
                return even;
            }
        }
    }
}
