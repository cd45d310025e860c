using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Language.Words;

/// <summary>
/// One vector of two: both of length 1, side by side, in as many of the directions of the greatest mean square as one
/// of them has numbers. Source: W. Yin and H. Schütze, ACL (2016), of which this is CONC
/// and SVD.
/// </summary>
internal static class JoinedVectors
{
    private const int RowsAtOnce = 4096;

    /// <summary>Joins vectors of the same words.</summary>
    /// <param name="first">words × dimensions.</param>
    /// <param name="second">words × dimensions.</param>
    /// <param name="dimensions">The numbers of a vector of each, and of the result.</param>
    /// <returns>words × dimensions.</returns>
    public static float[] Of(float[] first, float[] second, int dimensions)
    {
        int words = first.Length / dimensions;
        Matrix<double> squares = new DenseMatrix(2 * dimensions);
        for (int word = 0; word < words; word += RowsAtOnce)
        {
            Matrix<double> rows = Rows(first, second, dimensions, word, words);
            squares += rows.TransposeThisAndMultiply(rows);
        }

        var directions = squares.Evd(Symmetricity.Symmetric);
        int[] greatest = [.. Enumerable.Range(0, 2 * dimensions)
            .OrderByDescending(i => directions.EigenValues[i].Real).Take(dimensions)];
        Matrix<double> axes = DenseMatrix.OfColumns(greatest.Select(i => directions.EigenVectors.Column(i)));
        float[] result = new float[first.Length];
        for (int word = 0; word < words; word += RowsAtOnce)
        {
            Matrix<double> rows = Rows(first, second, dimensions, word, words) * axes;
            for (int i = 0; i < rows.RowCount; i++)
            {
                for (int j = 0; j < dimensions; j++)
                {
                    result[(word + i) * dimensions + j] = (float)rows[i, j];
                }
            }
        }

        return result;
    }

    private static DenseMatrix Rows(float[] first, float[] second, int dimensions, int word, int words)
    {
        int count = Math.Min(RowsAtOnce, words - word);
        var rows = new DenseMatrix(count, 2 * dimensions);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> a = first.AsSpan((word + i) * dimensions, dimensions),
                b = second.AsSpan((word + i) * dimensions, dimensions);
            double ofFirst = 1.0 / Math.Max(TensorPrimitives.Norm(a), float.Epsilon),
                ofSecond = 1.0 / Math.Max(TensorPrimitives.Norm(b), float.Epsilon);
            for (int j = 0; j < dimensions; j++)
            {
                rows[i, j] = ofFirst * a[j];
                rows[i, dimensions + j] = ofSecond * b[j];
            }
        }

        return rows;
    }
}
