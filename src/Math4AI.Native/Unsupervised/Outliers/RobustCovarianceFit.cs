using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>Holds the center and covariance that outliers do not move, and measures distances by them.</summary>
public sealed class RobustCovarianceFit : IFilePredictor
{
    internal const string Kind = "robust-covariance";

    private readonly Cholesky<double> factor;

    internal RobustCovarianceFit(
        Vector<double> location, Matrix<double> covariance, Vector<double> rawLocation, Matrix<double> rawCovariance,
        int near, IReadOnlyList<int> core)
    {
        (Location, Covariance, RawLocation, RawCovariance) = (location, covariance, rawLocation, rawCovariance);
        (Near, Core) = (near, core);
        factor = covariance.Cholesky();
    }

    /// <summary>Gets the mean of the samples that are near the core.</summary>
    public Vector<double> Location { get; }

    /// <summary>
    /// Gets their covariance times the factor that makes it that of all samples where they are normal.
    /// </summary>
    public Matrix<double> Covariance { get; }

    /// <summary>Gets the number of samples that are near the core.</summary>
    public int Near { get; }

    /// <summary>Gets the mean of the core.</summary>
    public Vector<double> RawLocation { get; }

    /// <summary>
    /// Gets the covariance of the core, with the factor by which the median distance of normal samples is what it is.
    /// </summary>
    public Matrix<double> RawCovariance { get; }

    /// <summary>
    /// Gets the core: the places, from 0 and ascending, of the h samples whose covariance has the least determinant;
    /// none in a model that was read.
    /// </summary>
    public IReadOnlyList<int> Core { get; }

    /// <summary>Reads a center and covariance from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static RobustCovarianceFit Load(string folder)
    {
        SavedRobustCovariance about = ModelFolder.ReadDescription(
            folder, Kind, RobustJson.Default.SavedRobustCovariance,
            about => about.Channels > 0 && about.Near > about.Channels);
        ModelArrays arrays = ModelArrays.Read(folder);
        Vector<double> Location(string name) => Vector<double>.Build.Dense(arrays.Vector(name, about.Channels));
        Matrix<double> Covariance(string name) => arrays.Matrix(name, about.Channels, about.Channels);
        try
        {
            return new RobustCovarianceFit(
                Location("location"), Covariance("covariance"), Location("raw-location"),
                Covariance("raw-covariance"), about.Near, []);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{folder} holds a covariance that is not positive definite.", e);
        }
    }

    /// <summary>
    /// Computes the distance of each row, √((x − μ)ᵀ Σ⁻¹ (x − μ)); for normal samples its square follows the χ²
    /// distribution with as many degrees of freedom as there are channels.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Vector<double> Distances(Matrix<double> samples) =>
        Contributions(samples).RowSums().PointwiseMaximum(0.0).PointwiseSqrt();

    /// <summary>
    /// Computes the probability of the distance of each row, or a larger one, for a normal sample that had no part in
    /// the estimate of m samples: d² m (m − p) / (p (m² − 1)) follows the F distribution with p and m − p degrees of
    /// freedom, which is that of χ² for many samples. Source: H. Hotelling, Annals of Mathematical Statistics 2 (1931).
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Vector<double> Chances(Matrix<double> samples)
    {
        double m = Near, p = Location.Count, unit = m * (m - p) / (p * (m * m - 1.0));
        return Distances(samples).Map(distance =>
            1.0 - FisherSnedecor.CDF(p, m - p, distance * distance * unit), Zeros.Include);
    }

    /// <summary>
    /// Computes what each channel adds to the squared distance of each row, (x − μ)ⱼ (Σ⁻¹ (x − μ))ⱼ: the reason for it.
    /// Some may be negative where channels depend on one another.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <returns>Samples × channels.</returns>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Matrix<double> Contributions(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnCount != Location.Count)
        {
            throw new ArgumentException(
                $"The samples have {samples.ColumnCount} channels, and the covariance {Location.Count}.",
                nameof(samples));
        }

        _ = SampleRows.Finite(samples);
        Matrix<double> apart = samples.MapIndexed((_, j, value) => value - Location[j], Zeros.Include);
        return apart.PointwiseMultiply(factor.Solve(apart.Transpose()).Transpose());
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => new(
        "distance", [], [.. Distances(MatrixFile.Read(path)).Select(distance => new[] { distance })], []);

    /// <summary>Writes center and covariance to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        arrays.Add("location", Location);
        arrays.Add("covariance", Covariance);
        arrays.Add("raw-location", RawLocation);
        arrays.Add("raw-covariance", RawCovariance);
        ModelFolder.Write(
            folder, files, Kind, new SavedRobustCovariance(Location.Count, Near),
            RobustJson.Default.SavedRobustCovariance, arrays.All);
    });

    /// <summary>Returns the number of channels.</summary>
    public override string ToString() => $"robust covariance of {Counted.Of(Location.Count, "channel")}";
}

/// <summary>What the description of a robust covariance says.</summary>
internal sealed record SavedRobustCovariance(int Channels, int Near);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedRobustCovariance))]
internal sealed partial class RobustJson : JsonSerializerContext;
