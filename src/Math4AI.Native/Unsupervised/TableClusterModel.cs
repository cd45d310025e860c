using Math4AI.Data;
using Math4AI.Data.Models;

namespace Math4AI.Unsupervised;

/// <summary>Assigns the rows of tables to clusters.</summary>
public abstract class TableClusterModel : IFilePredictor
{
    private protected TableClusterModel(StandardColumns standard) => Standard = standard;

    /// <summary>Gets the columns, and how they come on one scale.</summary>
    public StandardColumns Standard { get; }

    /// <summary>Gets the names of the columns.</summary>
    public IReadOnlyList<string> Columns => Standard.Names;

    /// <inheritdoc/>
    public abstract FilePredictions PredictFile(string path);

    /// <summary>Writes the model to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <summary>Writes the model to a folder together with other files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">What is written with it, whole or not at all.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public abstract void Save(string folder, FileTransaction files);
}
