using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The observations y of a fit: one number or one row for each sample. A vector or a matrix converts to it.
/// </summary>
public sealed class FitTargets
{
    private FitTargets(Vector<double> values, int columns)
    {
        Values = values;
        Columns = columns;
    }

    /// <summary>Gets all numbers, one column after the other.</summary>
    public Vector<double> Values { get; }

    /// <summary>Gets the number of observed numbers of each sample.</summary>
    public int Columns { get; }

    /// <summary>Gets the number of samples.</summary>
    public int Samples => Values.Count / Columns;

    /// <summary>Gets or sets a number, by its place in <see cref="Values"/>.</summary>
    /// <param name="index">Sample + samples · column.</param>
    public double this[int index]
    {
        get => Values[index];
        set => Values[index] = value;
    }

    /// <summary>Gets or sets a number.</summary>
    /// <param name="sample">Its sample, from 0 on.</param>
    /// <param name="column">Its column, from 0 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample or column.</exception>
    public double this[int sample, int column]
    {
        get => Values[Place(sample, column)];
        set => Values[Place(sample, column)] = value;
    }

    /// <summary>Returns observations of one number for each sample; the vector is shared.</summary>
    /// <param name="values">y.</param>
    public static implicit operator FitTargets(Vector<double> values) => FromVector(values);

    /// <summary>Returns observations of one row for each sample.</summary>
    /// <param name="samplesByColumns">Y, samples × columns, at least one column.</param>
    public static implicit operator FitTargets(Matrix<double> samplesByColumns) => FromMatrix(samplesByColumns);

    /// <inheritdoc cref="op_Implicit(Vector{double})"/>
    public static FitTargets FromVector(Vector<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new FitTargets(values, 1);
    }

    /// <inheritdoc cref="op_Implicit(Matrix{double})"/>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public static FitTargets FromMatrix(Matrix<double> samplesByColumns)
    {
        ArgumentNullException.ThrowIfNull(samplesByColumns);
        return samplesByColumns.ColumnCount > 0
            ? new FitTargets(
                Vector<double>.Build.Dense(samplesByColumns.ToColumnMajorArray()), samplesByColumns.ColumnCount)
            : throw new ArgumentException("Observations need a column at least.", nameof(samplesByColumns));
    }

    /// <summary>Returns the observations as a matrix, samples × columns.</summary>
    public Matrix<double> ToMatrix() => Matrix<double>.Build.DenseOfColumnMajor(Samples, Columns, Values);

    /// <summary>Some of the samples.</summary>
    internal FitTargets Select(int[] rows) => new(
        Vector<double>.Build.Dense(rows.Length * Columns,
            i => Values[rows[i % rows.Length] + Samples * (i / rows.Length)]), Columns);

    /// <summary>Other numbers in their place.</summary>
    internal FitTargets With(Func<int, double> value) => new(Vector<double>.Build.Dense(Values.Count, value), Columns);

    /// <summary>Returns the numbers as Math.NET prints a vector or a matrix.</summary>
    public override string ToString() => Columns == 1
        ? Values.ToString(null, CultureInfo.InvariantCulture)
        : ToMatrix().ToString(null, CultureInfo.InvariantCulture);

    private int Place(int sample, int column)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, Samples);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns);
        return sample + Samples * column;
    }
}
