using System.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>A fitted map that writes its features where the caller wants them, in float64 or float32.</summary>
internal interface IFeatureBlocks
{
    /// <summary>Writes features × samples, column after column, on all threads.</summary>
    /// <param name="samples">Samples × inputs, checked.</param>
    /// <param name="features">Room for the features of all samples.</param>
    void Fill<T>(Matrix<double> samples, T[] features)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
