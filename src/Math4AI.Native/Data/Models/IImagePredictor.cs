namespace Math4AI.Data.Models;

/// <summary>A fitted model that predicts classes of images.</summary>
public interface IImagePredictor : IFilePredictor
{
    /// <summary>Predicts for every image of a folder or file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="level">
    /// The chance, between 0 and 1, that a set of classes holds the true one; null for the model's usual one.
    /// </param>
    /// <param name="skipsBad">
    /// Whether damaged images are left out and counted in a warning; otherwise they are refused.
    /// </param>
    /// <exception cref="ArgumentException">The images are not of the shape that the model was trained on.</exception>
    /// <exception cref="InvalidDataException">An image is damaged; the message says which.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    FilePredictions PredictImages(string path, double? level, bool skipsBad);
}
