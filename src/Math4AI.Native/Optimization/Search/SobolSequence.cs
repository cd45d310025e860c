using System.Numerics;

namespace Math4AI.Optimization.Search;

/// <summary>
/// Sobol's sequence: points that fill the unit cube evenly. Direction numbers of S. Joe and F. Kuo, "Constructing Sobol
/// sequences with better two-dimensional projections", SIAM Journal on Scientific Computing 30 (2008). The points of
/// <c>scipy.stats.qmc.Sobol(scramble=False)</c>.
/// </summary>
internal sealed class SobolSequence
{
    /// <summary>The largest number of dimensions.</summary>
    public const int MaxDimensions = 21;

    private const int Bits = 32;

    // Degree, coefficients and first direction numbers of the primitive polynomial of each dimension after the first.
    private static readonly (int Degree, int Coefficients, int[] Numbers)[] Polynomials =
    [
        (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]), (4, 4, [1, 3, 5, 13]),
        (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]), (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]),
        (5, 13, [1, 1, 1, 3, 11]), (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]),
        (6, 13, [1, 1, 1, 15, 21, 21]),
        (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]),
        (6, 25, [1, 1, 5, 5, 19, 61]), (7, 1, [1, 3, 7, 11, 23, 15, 103]), (7, 4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    private readonly uint[][] directions;
    private readonly uint[] state;
    private uint index;

    /// <summary>Creates a sequence that begins at the origin.</summary>
    public SobolSequence(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, MaxDimensions);
        state = new uint[dimensions];
        directions = [.. Enumerable.Range(0, dimensions).Select(Directions)];
    }

    /// <summary>Gets the next point, each coordinate in [0, 1).</summary>
    public void Next(Span<double> point)
    {
        for (int i = 0; i < state.Length; i++)
        {
            point[i] = state[i] * Math.ScaleB(1.0, -Bits);
            state[i] ^= directions[i][BitOperations.TrailingZeroCount(~index)];
        }

        index++;
    }

    private static uint[] Directions(int dimension)
    {
        uint[] numbers = new uint[Bits];
        if (dimension == 0)
        {
            for (int bit = 0; bit < Bits; bit++)
            {
                numbers[bit] = 1u << (Bits - 1 - bit);
            }

            return numbers;
        }

        (int degree, int coefficients, int[] first) = Polynomials[dimension - 1];
        for (int bit = 0; bit < Bits; bit++)
        {
            if (bit < degree)
            {
                numbers[bit] = (uint)first[bit] << (Bits - 1 - bit);
                continue;
            }

            numbers[bit] = numbers[bit - degree] ^ (numbers[bit - degree] >> degree);
            for (int k = 1; k < degree; k++)
            {
                if (((coefficients >> (degree - 1 - k)) & 1) == 1)
                {
                    numbers[bit] ^= numbers[bit - k];
                }
            }
        }

        return numbers;
    }
}
