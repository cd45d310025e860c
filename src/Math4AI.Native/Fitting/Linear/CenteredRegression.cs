using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>Where a search for hyperparameters ended, in the units of <see cref="CenteredRegression"/>.</summary>
/// <param name="NoiseVariance">σ².</param>
/// <param name="Ratios">s_j²/σ² of each input that varies.</param>
/// <param name="Iterations">The number of steps.</param>
/// <param name="IsConverged">Whether the last step was below the tolerance.</param>
internal sealed record EvidenceMaximum(double NoiseVariance, double[] Ratios, int Iterations, bool IsConverged);

/// <summary>
/// What the evidence needs of X and y: both centered, which is the integral over b, without the inputs that are
/// constant, each scaled to size 1, and turned into the coordinates of the left singular vectors, of which there are no
/// more than samples or inputs. With X = U D Vᵀ: D Vᵀ, Uᵀ y, and what of y is outside U.
/// </summary>
internal sealed class CenteredRegression
{
    public CenteredRegression(Matrix<double> inputs, Vector<double> targets, bool isEachScaled)
    {
        (Inputs, Samples) = (inputs.ColumnCount, inputs.RowCount);
        double[] y = targets.ToArray();
        TargetMean = Center(y);
        TargetScale = Scale(y);
        List<double[]> columns = VaryingColumns(inputs);
        double[] sizes = [.. columns.Select(column => column.Max(Math.Abs))];
        SharedScale = sizes.Length == 0 ? 1.0 : sizes.Max();
        Scales = isEachScaled ? sizes : [.. sizes.Select(_ => SharedScale)];
        TargetSquares = y.Sum(value => value * value);
        if (columns.Count == 0)
        {
            (Columns, Coordinates, OutsideSquares) = ([], [], TargetSquares);
            return;
        }

        ThinSvd<double> svd = ThinSvd.Of(Matrix<double>.Build.Dense(
            Samples, columns.Count, (i, j) => columns[j][i] / Scales[j]));
        int rank = svd.Rank;
        Matrix<double> u = svd.U.SubMatrix(0, Samples, 0, rank);
        Vector<double> target = Vector<double>.Build.Dense(y), coordinates = u.TransposeThisAndMultiply(target);
        double outside = (target - u * coordinates).L2Norm();
        Columns = [.. Enumerable.Range(0, columns.Count).Select(
            j => Enumerable.Range(0, rank).Select(i => svd.S[i] * svd.VT[i, j]).ToArray())];
        Singular = [.. svd.S.Take(rank)];
        Coordinates = coordinates.ToArray();
        OutsideSquares = rank < Samples - 1 ? outside * outside : 0.0;
    }

    public int Inputs { get; }

    public int Samples { get; }

    /// <summary>Gets n − 1: the numbers in y when its mean is known.</summary>
    public int Freedom => Samples - 1;

    public double TargetMean { get; }

    public double TargetScale { get; }

    /// <summary>Gets the places of the inputs that vary.</summary>
    public List<int> Varying { get; } = [];

    public List<double> Means { get; } = [];

    public double[] Scales { get; }

    public double SharedScale { get; }

    /// <summary>Gets each varying input in the coordinates.</summary>
    public double[][] Columns { get; }

    public double[] Singular { get; } = [];

    public double[] Coordinates { get; }

    public double OutsideSquares { get; }

    private double TargetSquares { get; }

    /// <summary>Throws where so little noise is left that it is rounding.</summary>
    /// <param name="squares">yᵀ (I + X R Xᵀ)⁻¹ y.</param>
    public void RequireNoise(double squares)
    {
        double rounding = Samples * (double.BitIncrement(1.0) - 1.0);
        if (!(squares > rounding * rounding * TargetSquares))
        {
            throw NoNoise();
        }
    }

    public static ArgumentException NoNoise() => new(
        "The inputs explain the targets exactly, and the evidence is greatest where the noise is 0: set "
        + "NoiseDeviation.");

    private List<double[]> VaryingColumns(Matrix<double> inputs)
    {
        var columns = new List<double[]>();
        for (int j = 0; j < Inputs; j++)
        {
            double[] column = inputs.Column(j).ToArray();
            if (column.Max() > column.Min())
            {
                Means.Add(Center(column));
                Varying.Add(j);
                columns.Add(column);
            }
        }

        return columns;
    }

    private static double Scale(double[] values)
    {
        double size = values.Max(Math.Abs) is > 0.0 and double largest ? largest : 1.0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] /= size;
        }

        return size;
    }

    /// <summary>Subtracts the mean, twice: the first is exact only to the rounding of the values themselves.</summary>
    private static double Center(double[] values)
    {
        double first = Subtract(values);
        return first + Subtract(values);
    }

    private static double Subtract(double[] values)
    {
        double mean = values.Average();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] -= mean;
        }

        return mean;
    }
}
