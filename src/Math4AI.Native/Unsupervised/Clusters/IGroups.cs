using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>Clusters that other samples can be assigned to, and that are kept in a folder.</summary>
internal interface IGroups
{
    /// <summary>Gets the number of clusters.</summary>
    int Count { get; }

    /// <summary>Gets what to know before they are trusted; null for nothing.</summary>
    string? Warning { get; }

    /// <summary>
    /// Returns the cluster of each sample, from 0, or <see cref="DbscanFit.Noise"/>, and how firmly it belongs there,
    /// where the method says so.
    /// </summary>
    (int[] Labels, double[] Strengths) Place(Matrix<double> samples);

    /// <summary>Writes a folder that <see cref="Data.Models.ModelFolder.Open"/> reads.</summary>
    void Save(string folder, FileTransaction files);
}
