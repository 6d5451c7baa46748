// The target of the precompiled headers needs a source file.
